package metric

// Writes is how often the file was written.
func (s *Store) Writes() int {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	return s.disk.writes
}
