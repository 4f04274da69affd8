package metric

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Mark is how far a source has read what it takes data from, in its own words. What counts without an end, and goes on
// when the emulator is killed, is so read once: what was added since the mark.
type Mark struct{ Key, Value string } // an empty value removes it

// MarkOf is a mark with counts, as JSON.
func MarkOf(key string, counts any) Mark {
	text, err := json.Marshal(counts)
	if err != nil {
		panic(err) // numbers and words always can
	}
	return Mark{key, string(text)}
}

// ReadMark returns the counts that a mark has, which are none where there is no mark.
func ReadMark[C any](s *Store, key string) C {
	var counts, none C
	if json.Unmarshal([]byte(s.Mark(key)), &counts) != nil {
		return none
	}
	return counts
}

// Mark returns the value that a mark has, which is empty where there is none.
func (s *Store) Mark(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.marks[key]
}

// Marks returns the keys that begin so, in order.
func (s *Store) Marks(prefix string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.marks)), func(key string) bool { return !strings.HasPrefix(key, prefix) })
}

func (s *Store) setMarks(marks []Mark) {
	for _, m := range marks {
		if s.marks[m.Key] == m.Value {
			continue
		}
		if s.marks[m.Key] = m.Value; m.Value == "" {
			delete(s.marks, m.Key)
		}
		if s.disk != nil {
			s.disk.changes.addMark(m.Key)
			s.noteMark(m)
		}
	}
}
