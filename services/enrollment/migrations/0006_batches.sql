-- Plans, unchanged rows and undo of submitted files.
SELECT;
