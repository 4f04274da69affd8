package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// stateFile is the content of a file with pages of all kinds: several levels of
// branches, values of more than a page, small buckets, free pages.
func stateFile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, Options{Path: path})
	for round := range 3 {
		update(t, s, func(tx *Tx) {
			for n := range 150 {
				things.Put(tx, &thing{ID: fmt.Sprintf("%0200d", n), Shelf: strings.Repeat("x", 100+round)})
			}
			things.Put(tx, &thing{ID: "big", Shelf: strings.Repeat("x", 10_000)})
			boxes.Put(tx, &box{ID: "small"})
		})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

type box struct{ ID string }

var boxes = NewTable("box", func(b *box) string { return b.ID })

// clearLine is what an error must be. The name of a table can be damaged, too.
var clearLine = regexp.MustCompile(`^(open|read) state file \S+: it (is damaged and was left as it is; move it away to begin anew: .+|has a table ".+", which this ecs-emulator does not know)$`)

// openDamaged opens a file with the content in a directory of its own, and checks
// that an error is one clear line and leaves everything as it was.
func openDamaged(t *testing.T, content []byte) (*Store, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(Options{Path: path})
	if err == nil {
		return s, nil
	}
	if !clearLine.MatchString(err.Error()) {
		t.Errorf("error: %v", err)
	}
	after, failed := os.ReadFile(path)
	if failed != nil || !bytes.Equal(after, content) {
		t.Errorf("the file was changed, %v", failed)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("%d files beside it", len(files)-1)
	}
	return nil, err
}

func TestFileThatIsCutOff(t *testing.T) {
	content := stateFile(t)
	page := os.Getpagesize()
	used := 0 // what comes after is room that the file has been given in advance
	for at := 0; at < len(content); at += page {
		if len(bytes.TrimLeft(content[at:at+page], "\x00")) > 0 {
			used = at + page
		}
	}
	for size := 0; size < used; size += page {
		for _, size := range []int{size, size + 1, size + page/2} {
			if s, err := openDamaged(t, content[:size]); err == nil {
				s.Close()
				t.Errorf("cut off at %d of %d bytes, unnoticed", size, used)
			}
		}
	}
	s, err := openDamaged(t, content)
	if err != nil {
		t.Fatalf("whole: %v", err)
	}
	defer s.Close()
	if got := len(things.List(s.Read(), "")); got != 151 {
		t.Errorf("whole, it has %d rows", got)
	}
}

func TestFileWithAPageOfZeros(t *testing.T) {
	content := stateFile(t)
	page := os.Getpagesize()
	noticed := 0
	for at := 0; at < len(content); at += page {
		zeroed := bytes.Clone(content)
		clear(zeroed[at : at+page])
		s, err := openDamaged(t, zeroed)
		if err != nil {
			noticed++
			continue
		}
		// A free page, or a meta page, of which there are two.
		rows := len(things.List(s.Read(), ""))
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if rows != 151 {
			t.Errorf("zeros at %d have lost %d rows", at, 151-rows)
		}
	}
	if noticed < 20 {
		t.Errorf("only %d pages were missed", noticed)
	}
}

func TestFileWithRandomBytes(t *testing.T) {
	content := stateFile(t)
	page := os.Getpagesize()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		at := func() int { return random.IntN(len(content)) }
		if seed%2 == 0 { // where the structure of pages is
			at = func() int { return random.IntN(len(content)/page)*page + random.IntN(64) }
		}
		broken := bytes.Clone(content)
		for range 1 + random.IntN(6) {
			broken[at()] = byte(random.Uint32())
		}
		s, err := openDamaged(t, broken)
		if err != nil {
			continue
		}
		// It cannot be seen: then it can be used.
		update(t, s, func(tx *Tx) {
			for n := range 100 {
				things.Put(tx, &thing{ID: fmt.Sprint("new ", n)})
			}
		})
		if err := s.Close(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func TestFileOfSomethingElse(t *testing.T) {
	for _, content := range []string{"", "SQLite format 3\x00", strings.Repeat("{\"state\": 1}\n", 10_000)} {
		if _, err := openDamaged(t, []byte(content)); err == nil {
			t.Errorf("%.20q was taken for a state file", content)
		}
	}
}
