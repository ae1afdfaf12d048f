-- One database for each service: none can reach into another.
CREATE DATABASE xueji_credentials;
CREATE DATABASE xueji_enrollment;
CREATE DATABASE xueji_identity;
CREATE DATABASE xueji_imaging;
CREATE DATABASE xueji_verification;
-- And the keys of single subjects lie apart from the facts that they seal.
CREATE DATABASE xueji_subject_keys;
