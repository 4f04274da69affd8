package metric

// Writes is how often the file was written.
func (s *Store) Writes() int {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	return s.disk.writes
}

// SetFault has each write of the file ask what it fails with.
func (o *Options) SetFault(fault func() error) { o.fault = fault }

// Noted is how many changes wait to be written one by one.
func (s *Store) Noted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.disk.changes.count()
}

// Save writes what has changed now.
func (s *Store) Save() { s.save() }
