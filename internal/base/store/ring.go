package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/boltfile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
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
func (s span) write(disk *boltfile.Writer, now kept, encode func(value any) []byte) error {
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
			if err := removeEntry(disk, s.log.name, sequence); err != nil {
				return err
			}
			continue
		}
		e := now.entries[sequence-now.first]
		if err := disk.Put(s.log.name, entryKey(sequence, e), encode(e.value)); err != nil {
			return err
		}
	}
	return disk.SetSequence(s.log.name, now.next()-1)
}

// removeEntry removes an entry, if there is one.
func removeEntry(disk *boltfile.Writer, log string, sequence uint64) error {
	key, _ := disk.Bucket([]byte(log)).Cursor().Seek(sequenceKey(sequence))
	if !bytes.HasPrefix(key, sequenceKey(sequence)) {
		return nil
	}
	return disk.Delete(log, bytes.Clone(key))
}

// load reads what a bucket holds. Where an entry is left out, those before it are as well.
func (r *ring) load(j *journal, l *logTable, bucket *bbolt.Bucket) error {
	cursor, end := bucket.Cursor(), bucket.Sequence()+1
	r.first, r.stored = end, end
	if key, _ := cursor.First(); len(key) == len(entryKey(0, entry{})) {
		r.stored = binary.BigEndian.Uint64(key)
		r.first = max(r.stored, end-min(end, uint64(l.keep)))
	}
	for key, body := cursor.Seek(sequenceKey(r.first)); key != nil; key, body = cursor.Next() {
		value, err := l.blank(), error(nil)
		switch {
		case j.bad[storedRow{l.name, string(key)}]:
		case len(key) != len(entryKey(0, entry{})):
			err = j.leave(l.name, key, fmt.Errorf("it is no number and time"))
		case !bytes.HasPrefix(key, sequenceKey(r.next())):
			at := binary.BigEndian.Uint64(key)
			err = j.skip(fmt.Errorf("%s has %d where %d comes", l.name, at, r.next()))
			r.kept = kept{first: at}
			fallthrough
		default:
			if failed := wire.Unmarshal(boltfile.Body(body), value); failed != nil {
				err = errors.Join(err, j.leave(l.name, key, failed))
			}
		}
		if err != nil {
			return err
		}
		if j.bad[storedRow{l.name, string(key)}] {
			r.kept = kept{first: r.next() + 1}
			continue
		}
		r.entries = append(r.entries, entry{int64(binary.BigEndian.Uint64(key[8:])), value})
	}
	if r.next() < end {
		r.kept = kept{first: end}
		return j.skip(fmt.Errorf("%s ends before %d", l.name, end-1))
	}
	return nil
}
