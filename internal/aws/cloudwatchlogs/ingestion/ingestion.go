// Package ingestion counts the bytes of log events that came in, as AWS bills them. What has been removed since stays in the count.
package ingestion

import (
	"encoding/binary"
	"time"
)

// overhead is what AWS adds to the bytes of a message. Source: CloudWatch Logs API reference, PutLogEvents: 26 bytes for each log
// event.
const overhead = 26

// Bytes are those that came in by region, and by the start of the hour, in seconds; of days that ended more than hoursKept before
// the newest hour by the start of the day.
type Bytes map[string]map[int64]int64

const (
	hoursKept     = 2 * secondsOfDay
	secondsOfHour = 60 * 60
	secondsOfDay  = 24 * secondsOfHour
)

// Billed are the bytes that are billed of events, by the bytes of their messages.
func Billed(messages, count int) int64 { return int64(messages) + int64(count)*overhead }

// BilledOf are the billed bytes of the events in a record: of each event a number, the length of its message, and the message.
func BilledOf(events []byte, count int) int64 {
	messages := 0
	for range count {
		_, at := binary.Uvarint(events)
		length, size := binary.Uvarint(events[max(0, at):])
		if end := at + size + int(length); at > 0 && size > 0 && end <= len(events) {
			messages, events = messages+int(length), events[end:]
		}
	}
	return Billed(messages, count)
}

// Add counts bytes that came in at a time, in milliseconds.
func (b Bytes) Add(region string, milliseconds, bytes int64) {
	if b[region] == nil {
		b[region] = map[int64]int64{}
	}
	b[region][milliseconds/1000/secondsOfHour*secondsOfHour] += bytes
}

// Compacted is a copy in which hours of old days are together.
func (b Bytes) Compacted() Bytes {
	all := Bytes{}
	for region, byHour := range b {
		newest := int64(0)
		for hour := range byHour {
			newest = max(newest, hour)
		}
		oldest := (newest - hoursKept) / secondsOfDay * secondsOfDay
		all[region] = map[int64]int64{}
		for hour, bytes := range byHour {
			if hour < oldest {
				hour = hour / secondsOfDay * secondsOfDay
			}
			all[region][hour] += bytes
		}
	}
	return all
}

// Since are the bytes that came in from a time on, by region. The time is at the start of an hour, or of a day that is two days
// old; zero is all. first is the start of the first of these hours or days; zero: there is none.
func (b Bytes) Since(from time.Time) (bytes map[string]int64, first time.Time) {
	bytes = map[string]int64{}
	for region, byHour := range b {
		for hour, n := range byHour {
			at := time.Unix(hour, 0).UTC()
			if at.Before(from) {
				continue
			}
			bytes[region] += n
			if first.IsZero() || at.Before(first) {
				first = at
			}
		}
	}
	return bytes, first
}
