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
// branches, values of more than a page, small buckets, a log, free pages.
func stateFile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, Options{Path: path, Stamp: func() []byte { return []byte("noon") }})
	for round := range 3 {
		update(t, s, func(tx *Tx) {
			for n := range 150 {
				things.Put(tx, &thing{ID: fmt.Sprintf("%0200d", n), Shelf: strings.Repeat("x", 100+round)})
			}
			things.Put(tx, &thing{ID: "big", Shelf: strings.Repeat("x", 10_000)})
			boxes.Put(tx, &box{ID: "small"})
			appendNotes(tx, "a", "b", "c", "d", "e")
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
var clearLine = regexp.MustCompile(`^(open|read) state file \S+: it (is damaged and was left as it is; move it away to begin anew(, or go on without its damaged rows by --skip-damaged-rows)?: .+|has a table ".+", which this ecs-emulator does not know; start the version that made it, or move the file away to begin anew)$`)

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

// content is all that a store says.
func content(s *Store) string {
	entries, oldest := since(s, 0)
	var rows []thing
	for _, row := range things.List(s.Read(), "") {
		rows = append(rows, *row)
	}
	return fmt.Sprintf("%+v %d boxes, notes %q from %d, stamp %s", rows, len(boxes.List(s.Read(), "")), entries, oldest, s.Stamped())
}

// A file with other bytes than were written is refused, or says what the whole one says.
func TestFileWithRandomBytes(t *testing.T) {
	whole := stateFile(t)
	s, err := openDamaged(t, whole)
	if err != nil {
		t.Fatal(err)
	}
	want := content(s)
	s.Close()
	page, refused := os.Getpagesize(), 0
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		at := func() int { return random.IntN(len(whole)) }
		if seed%2 == 0 { // where the structure of pages is
			at = func() int { return random.IntN(len(whole)/page)*page + random.IntN(64) }
		}
		broken := bytes.Clone(whole)
		for range 1 + random.IntN(6)*int(seed%4/2) {
			broken[at()] = byte(random.Uint32())
		}
		s, err := openDamaged(t, broken)
		if err != nil {
			refused++
			continue
		}
		if got := content(s); got != want {
			t.Errorf("seed %d: it says\n%.300s, not\n%.300s", seed, got, want)
		}
		// It can be used as well.
		update(t, s, func(tx *Tx) {
			for n := range 100 {
				things.Put(tx, &thing{ID: fmt.Sprint("new ", n)})
			}
		})
		if err := s.Close(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	if refused < 30 {
		t.Errorf("only %d files were refused", refused)
	}
}

// A page that leads to one which is free, and has older rows, is no way to these.
func TestFileThatLeadsToOlderRows(t *testing.T) {
	whole := stateFile(t)
	s, err := openDamaged(t, whole)
	if err != nil {
		t.Fatal(err)
	}
	want := content(s)
	s.Close()
	page := os.Getpagesize()
	var children, leaves []int // where branches name the pages below them, and pages of rows
	for at := 2 * page; at+page <= len(whole); at += page {
		switch whole[at+8] {
		case 0x01:
			for n := range int(whole[at+10]) {
				children = append(children, at+16+16*n+8)
			}
		case 0x02:
			leaves = append(leaves, at/page)
		}
	}
	refused, random := 0, rand.New(rand.NewPCG(1, 1))
	for range 100 {
		broken := bytes.Clone(whole)
		child, other := children[random.IntN(len(children))], leaves[random.IntN(len(leaves))]
		broken[child] = byte(other)
		s, err := openDamaged(t, broken)
		if err != nil {
			refused++
			continue
		}
		if got := content(s); got != want {
			t.Errorf("page %d instead of %d: it says\n%.300s, not\n%.300s", other, whole[child], got, want)
		}
		s.Close()
	}
	if refused == 0 {
		t.Error("no file was refused")
	}
}

func TestChangedRowIsRefusedByItsName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, Options{Path: path})
	put(t, s, "a", "b")
	update(t, s, func(tx *Tx) { things.Put(tx, &thing{ID: "limit", Shelf: "amount-1000-eur"}) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.ReplaceAll(whole, []byte("amount-1000-eur"), []byte("amount-9000-eur"))
	if _, err = openDamaged(t, broken); err == nil || !strings.Contains(err.Error(), `thing "limit": its checksum is wrong`) {
		t.Fatalf("error: %v", err)
	}

	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	var skipped []string
	opts := Options{Path: path, Skipped: func(why error) { skipped = append(skipped, why.Error()) }}
	s = open(t, opts)
	expect(t, "rows", ids(things.List(s.Read(), "")), "a", "b")
	expect(t, "left out", skipped, `thing "limit": its checksum is wrong`)
	if err := s.Abandon(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, broken) {
		t.Errorf("reading has changed the file, %v", err)
	}
	s = open(t, opts)
	put(t, s, "c")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, Options{Path: path}) // the write has mended it
	expect(t, "rows after a write", ids(things.List(s.Read(), "")), "a", "b", "c")
}

// With the option, a file of which rows are damaged starts, and is whole after the next write.
func TestDamagedRowsAreLeftOut(t *testing.T) {
	whole := stateFile(t)
	started := 0
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 2))
		at := 2*os.Getpagesize() + random.IntN(len(whole)/2) // behind the two pages that say where things are
		for seed%2 == 0 && at < len(whole)-1 && whole[at] != 'x' {
			at++ // in a row
		}
		broken := bytes.Clone(whole)
		broken[at] = byte(random.Uint32())
		path := filepath.Join(t.TempDir(), "state.db")
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		skipped := 0
		s, err := Open(Options{Path: path, Skipped: func(error) { skipped++ }})
		if err != nil {
			continue
		}
		update(t, s, func(tx *Tx) { things.Put(tx, &thing{ID: "new"}); appendNotes(tx, "new") })
		want := content(s)
		if err := s.Close(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if s, err = Open(Options{Path: path}); err != nil {
			t.Errorf("seed %d: %d left out, then: %v", seed, skipped, err)
			continue
		}
		if got := content(s); got != want {
			t.Errorf("seed %d: it says\n%.300s, not\n%.300s", seed, got, want)
		}
		if skipped > 0 {
			started++
		}
		s.Close()
	}
	if started < 5 {
		t.Errorf("%d files were mended", started)
	}
}

// Without a change the end of a run that left something out leaves a file that is whole.
func TestEndOfARunMendsTheFile(t *testing.T) {
	for name, damage := range map[string]func(content []byte) []byte{
		"row":   func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("row in a table"), []byte("row in-a table")) },
		"entry": func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("entry of a log"), []byte("entry-of a log")) },
		"stamp": func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("twelve at noon"), []byte("eleven at noon")) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			stamp := "twelve at noon"
			opts := Options{Path: path, Stamp: func() []byte { return []byte(stamp) }}
			s := open(t, opts)
			put(t, s, "a", "row in a table")
			note(t, s, "a", "entry of a log", "c")
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(whole), 0o600); err != nil {
				t.Fatal(err)
			}
			stamp = "half past twelve"
			skipped := 0
			opts.Skipped = func(error) { skipped++ }
			s = open(t, opts)
			if got := string(s.Stamped()); skipped != 1 || got != "twelve at noon" && name != "stamp" || got != "" && name == "stamp" {
				t.Errorf("%d left out, the stamp is %q", skipped, got)
			}
			want := content(s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			opts.Skipped = nil
			s = open(t, opts)
			if got := content(s); got[:strings.Index(got, "stamp")] != want[:strings.Index(want, "stamp")] || string(s.Stamped()) != stamp {
				t.Errorf("it says %s, and did %s", got, want)
			}
			s.Close()
		})
	}
}

func TestFileOfSomethingElse(t *testing.T) {
	for _, content := range []string{"", "SQLite format 3\x00", strings.Repeat("{\"state\": 1}\n", 10_000)} {
		if _, err := openDamaged(t, []byte(content)); err == nil {
			t.Errorf("%.20q was taken for a state file", content)
		}
	}
}
