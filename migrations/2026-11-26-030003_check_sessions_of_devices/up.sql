ALTER TABLE sessions VALIDATE CONSTRAINT sessions_of_device;
