package cloudwatchlogs

import "time"

// Ingested are the bytes that came in from a time on, by region, and when the first of them did; see [ingestion.Bytes.Since].
func (s *Store) Ingested(from time.Time) (bytes map[string]int64, first time.Time) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.meta.ingested.Since(from)
}
