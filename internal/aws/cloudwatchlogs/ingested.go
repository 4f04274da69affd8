package cloudwatchlogs

import (
	"maps"
	"time"
)

// overhead is what AWS adds to the bytes of a message. Source: CloudWatch Logs API reference, PutLogEvents: 26 bytes for each log
// event.
const overhead = 26

// ingested are the bytes that came in by region, and by the start of the hour, in seconds; of days that ended more than
// hoursKept before the newest hour by the start of the day.
type ingested map[string]map[int64]int64

const (
	hoursKept     = 2 * secondsOfDay
	secondsOfHour = 60 * 60
	secondsOfDay  = 24 * secondsOfHour
)

func (i ingested) add(region string, at time.Time, bytes int64) {
	if i[region] == nil {
		i[region] = map[int64]int64{}
	}
	hour := at.Unix() / secondsOfHour * secondsOfHour
	i[region][hour] += bytes
}

// compact puts hours of old days together.
func (i ingested) compact() {
	for _, byHour := range i {
		newest := int64(0)
		for hour := range byHour {
			newest = max(newest, hour)
		}
		oldest := (newest - hoursKept) / secondsOfDay * secondsOfDay
		for hour, bytes := range maps.Clone(byHour) {
			if day := hour / secondsOfDay * secondsOfDay; hour < oldest && hour != day {
				delete(byHour, hour)
				byHour[day] += bytes
			}
		}
	}
}

// copied is what a checkpoint keeps.
func (i ingested) copied() ingested {
	i.compact()
	all := ingested{}
	for region, byHour := range i {
		all[region] = maps.Clone(byHour)
	}
	return all
}

// Ingested are the bytes that came in from a time on, by region, as AWS bills them: those of messages, and 26 for each event.
// What has been removed since counts. The time is at the start of an hour, or of a day that is two days old. first is the start of
// the first of these hours or days; zero: there is none.
func (s *Store) Ingested(from time.Time) (bytes map[string]int64, first time.Time) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	bytes = map[string]int64{}
	for region, byHour := range s.meta.ingested {
		for hour, n := range byHour {
			if hour < from.Unix() && !from.IsZero() {
				continue
			}
			bytes[region] += n
			if at := time.Unix(hour, 0).UTC(); first.IsZero() || at.Before(first) {
				first = at
			}
		}
	}
	return bytes, first
}

// billed are the bytes of events of a record.
func billed(events []byte, count int) (bytes int64) {
	d := decoder{data: events}
	for range count {
		d.uvarint() // the timestamp
		bytes += int64(len(d.bytes())) + overhead
	}
	return bytes
}
