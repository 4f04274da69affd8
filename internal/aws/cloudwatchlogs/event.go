package cloudwatchlogs

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"strings"
)

type Event struct {
	Stream    string
	Timestamp int64 // milliseconds, as all times here
	Ingested  int64
	Message   string
	Key       Key
}

// Key is the place of an event among all of its account: events are in order of their
// timestamps, those of the same one as they came in. An event keeps it for ever.
type Key struct {
	Time int64
	Seq  uint64
}

// Timestamps are between these, so that they can be negated.
const (
	earliest = math.MinInt64 / 2
	latest   = math.MaxInt64 / 2
)

func (k Key) compare(other Key) int {
	return cmp.Or(cmp.Compare(k.Time, other.Time), cmp.Compare(k.Seq, other.Seq))
}

// Next is the first place behind k, Previous the last one before it.
func (k Key) Next() Key {
	if k.Seq == math.MaxUint64 {
		return Key{k.Time + 1, 0}
	}
	return Key{k.Time, k.Seq + 1}
}

// Previous is the last place before k.
func (k Key) Previous() Key {
	if k.Seq == 0 {
		return Key{k.Time - 1, math.MaxUint64}
	}
	return Key{k.Time, k.Seq - 1}
}

// AWS's ids are numbers of 56 digits that begin, in binary, with the timestamp, and have 144
// bits behind it. Source: recorded answers. What those are is not known; here they begin with
// the number of the event.
const (
	digits   = 56
	timeBits = 144
	seqBits  = 80
)

// String is the event's id.
func (k Key) String() string {
	n := new(big.Int).Lsh(big.NewInt(max(k.Time, 0)), timeBits)
	n.Or(n, new(big.Int).Lsh(new(big.Int).SetUint64(k.Seq), seqBits))
	return fmt.Sprintf("%0*s", digits, n)
}

// ParseKey reads an id.
func ParseKey(id string) (k Key, ok bool) {
	if len(id) != digits || strings.Trim(id, "0123456789") != "" {
		return k, false
	}
	n, _ := new(big.Int).SetString(id, 10)
	seq := new(big.Int).Rsh(n, seqBits)
	return Key{Time: new(big.Int).Rsh(n, timeBits).Int64(), Seq: seq.Uint64()}, true
}
