package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/wire"
	"go.etcd.io/bbolt"
)

// ring holds the entries of a log that a store keeps.
type ring struct {
	mu sync.Mutex
	kept
	changed chan struct{} // nil: no call waits
	// stored is the first sequence number that the disk may hold: what a full log
	// drops is removed there later, many at a time.
	stored uint64
}

// kept are entries without a gap. A value of it never changes: what is added comes
// after the end of those that share its memory, of which there is one at a time.
type kept struct {
	entries []entry
	first   uint64 // sequence number of the oldest, or of the next if there is none
}

func (k kept) next() uint64 { return k.first + uint64(len(k.entries)) }

func (k kept) drop(n int) kept { return kept{k.entries[n:], k.first + uint64(n)} }

// with is what is kept after an addition.
func (k kept) with(a addition) kept {
	if a.value == nil {
		n := slices.IndexFunc(k.entries, func(e entry) bool { return e.at >= a.at })
		if n < 0 {
			n = len(k.entries)
		}
		return k.drop(n)
	}
	k.entries = append(k.entries, a.entry)
	return k.drop(max(0, len(k.entries)-a.log.keep))
}

// become takes over what additions have made of the entries. The lock is held.
func (r *ring) become(k kept) {
	clear(r.entries[:min(k.first-r.first, uint64(len(r.entries)))]) // no reader needs them any more
	more := k.next() > r.next()
	r.kept = k
	if more && r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

func (r *ring) oldest() (e entry, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.entries) == 0 {
		return e, false
	}
	return r.entries[0], true
}

// logsAfter is what the logs keep after commits, by log.
func (s *Store) logsAfter(batch ...*commit) []kept {
	after := make([]kept, len(s.rings))
	for i, r := range s.rings {
		after[i] = r.kept // the caller alone changes it
	}
	for _, c := range batch {
		for _, a := range c.additions {
			after[a.log.number] = after[a.log.number].with(a)
		}
	}
	return after
}

// On disk a log is a bucket, whose own sequence is the number of the newest entry ever.
// The key of an entry is its number and its time; its value is the same JSON as that
// of the row that the transaction wrote.

// sequenceKey is what the key of an entry begins with.
func sequenceKey(sequence uint64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 0, 16), sequence)
}

func entryKey(sequence uint64, e entry) []byte {
	return binary.BigEndian.AppendUint64(sequenceKey(sequence), uint64(e.at))
}

// span is a range of sequence numbers of a log, without its end.
type span struct {
	log       *logTable
	from, end uint64
}

// dropped is how many entries of a full log are removed from disk at a time.
const dropped = 256

// storedAfter is what stored becomes when the log keeps something else than before.
// More entries than a log keeps do no harm on disk: load leaves them out.
func (r *ring) storedAfter(l *logTable, now kept) uint64 {
	if len(now.entries) == l.keep && now.first-r.stored < dropped {
		return r.stored
	}
	return now.first
}

// changes are the entries to remove from disk and those to write then.
func (r *ring) changes(l *logTable, now kept) []span {
	return []span{
		{l, r.stored, min(r.storedAfter(l, now), r.next())},
		{l, max(now.first, r.next()), now.next()},
	}
}

// write writes the entries of a span as a log keeps them now; those that it does not
// keep are removed.
func (s span) write(disk *bbolt.Tx, now kept, encode func(value any) []byte) error {
	if s.from >= s.end {
		return nil
	}
	bucket, err := disk.CreateBucketIfNotExists([]byte(s.log.name))
	if err != nil {
		return err
	}
	bucket.FillPercent = 1 // what comes later comes at the end
	for sequence := s.from; sequence < s.end; sequence++ {
		if sequence < now.first || sequence >= now.next() {
			if err := removeEntry(bucket, sequence); err != nil {
				return err
			}
			continue
		}
		e := now.entries[sequence-now.first]
		if err := bucket.Put(entryKey(sequence, e), encode(e.value)); err != nil {
			return err
		}
	}
	return bucket.SetSequence(now.next() - 1)
}

// removeEntry removes an entry, if there is one.
func removeEntry(bucket *bbolt.Bucket, sequence uint64) error {
	key, _ := bucket.Cursor().Seek(sequenceKey(sequence))
	if !bytes.HasPrefix(key, sequenceKey(sequence)) {
		return nil
	}
	return bucket.Delete(key)
}

// load reads what a bucket holds.
func (r *ring) load(l *logTable, bucket *bbolt.Bucket) error {
	cursor := bucket.Cursor()
	r.first = bucket.Sequence() + 1
	r.stored = r.first
	if key, _ := cursor.First(); len(key) == len(entryKey(0, entry{})) {
		r.stored = binary.BigEndian.Uint64(key)
		r.first = max(r.stored, r.first-min(r.first, uint64(l.keep)))
	}
	for key, body := cursor.Seek(sequenceKey(r.first)); key != nil; key, body = cursor.Next() {
		if !bytes.HasPrefix(key, sequenceKey(r.next())) || len(key) != len(entryKey(0, entry{})) {
			return damaged(fmt.Errorf("%s has %x where %d comes", l.name, key, r.next()))
		}
		value := l.blank()
		if err := wire.Unmarshal(body, value); err != nil {
			return damaged(fmt.Errorf("%s %d: %w", l.name, r.next(), err))
		}
		r.entries = append(r.entries, entry{int64(binary.BigEndian.Uint64(key[8:])), value})
	}
	return nil
}
