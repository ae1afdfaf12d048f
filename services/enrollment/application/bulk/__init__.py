"""The files of enrollment, decided chunk by chunk by the same pure rules as one by one."""
