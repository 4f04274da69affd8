package metric_test

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
)

// written is what the file of a store has after so many minutes of data.
func written(t *testing.T, minutes int) (path string, text []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "metrics.db")
	s := open(t, metric.Options{Path: path})
	for i := range minutes {
		s.Put(metric.Datum{ID: load, At: noon.Add(time.Duration(i) * time.Minute), Values: []float64{1, 2}})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, text
}

// use opens a store with a file of some text, puts a data point and closes it. It returns what the log says.
func use(t *testing.T, path string, text []byte) string {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	o := metric.Options{Path: path, Clock: at(t, noon.Add(time.Hour)), Log: slog.New(slog.NewTextHandler(&log, nil))}
	s := open(t, o)
	s.Points(metric.Query{ID: load, From: noon, To: noon.Add(24 * time.Hour), Period: time.Minute})
	s.Put(metric.Datum{ID: load, At: noon.Add(-time.Minute), Values: []float64{1}})
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	again := open(t, o)
	defer again.Close()
	if points := again.Points(metric.Query{ID: load, From: noon.Add(-time.Minute), To: noon, Period: time.Minute}); len(points) != 1 {
		t.Errorf("what was put after the start is not on disk: %v", points)
	}
	return log.String()
}

// A file that is damaged is moved aside.
func TestDamagedFile(t *testing.T) {
	path, whole := written(t, 1000)
	for name, text := range map[string][]byte{
		"no file": bytes.Repeat([]byte("x"), 20_000), "cut": whole[:len(whole)/2], "short": whole[:100], "empty": nil,
		"overwritten": append(bytes.Clone(whole[:8192]), bytes.Repeat([]byte{0xff}, len(whole)-8192)...),
	} {
		t.Run(name, func(t *testing.T) {
			log := use(t, path, text)
			if strings.Contains(log, "be moved aside") != (text != nil) || !strings.Contains(log, path+".damaged") != (text == nil) {
				t.Errorf("the log says %q", log)
			}
		})
	}
}

// Headers of pages in a file: what they are, and how many entries they have.
const header, flagsAt, entriesAt, branch, leaf = 16, 8, 10, 0x01, 0x02

// pages are where pages of a kind with entries begin.
func pages(text []byte, flags uint16) (at []int) {
	for i := 0; i+os.Getpagesize() <= len(text); i += os.Getpagesize() {
		if binary.LittleEndian.Uint16(text[i+flagsAt:]) == flags && binary.LittleEndian.Uint16(text[i+entriesAt:]) > 0 {
			at = append(at, i)
		}
	}
	return at
}

// Rows of the file that are marked as buckets do not end the emulator.
func TestDamagedRows(t *testing.T) {
	path, whole := written(t, 400)
	for _, at := range pages(whole, leaf) {
		text := bytes.Clone(whole)
		text[at+header] ^= 1
		use(t, path, text)
	}
}

// A page that says it is below itself is not followed for ever.
func TestPageBelowItself(t *testing.T) {
	path, whole := written(t, 10_000)
	found := pages(whole, branch)
	if len(found) == 0 {
		t.Fatal("no page has others below it")
	}
	for _, at := range found {
		text := bytes.Clone(whole)
		const child = 8
		for entry := at + header; entry < at+header+int(binary.LittleEndian.Uint16(text[at+entriesAt:]))*16; entry += 16 {
			copy(text[entry+child:], text[at:at+8]) // the page's own number
		}
		if log := use(t, path, text); !strings.Contains(log, "be moved aside") {
			t.Errorf("the log says %q", log)
		}
	}
}

// Whichever bytes of the file are others, the emulator starts, and what it is told is kept.
func TestRandomDamage(t *testing.T) {
	path, whole := written(t, 3000)
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 1))
		at := func() int { return random.IntN(len(whole)) }
		if seed%2 == 0 { // where the structure of pages is
			at = func() int {
				return random.IntN(len(whole)/os.Getpagesize())*os.Getpagesize() + random.IntN(64)
			}
		}
		text := bytes.Clone(whole)
		for range 1 + random.IntN(6) {
			text[at()] = byte(random.Uint32())
		}
		use(t, path, text)
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// A file that is damaged while it is open is made anew with all that is in memory.
func TestDamageWhileOpen(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"cut":         func(path string) error { return os.Truncate(path, 0) },
		"overwritten": overwrite,
	} {
		t.Run(name, func(t *testing.T) {
			o := metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db"), Clock: at(t, noon.Add(time.Hour))}
			s := open(t, o)
			for i := range 60 {
				s.Put(metric.Datum{ID: load, At: noon.Add(time.Duration(i) * time.Minute), Values: []float64{1, 2}})
			}
			s.Save()
			if err := damage(o.Path); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				s.Put(metric.Datum{ID: load, At: noon, Values: []float64{1}})
				s.Save()
			}
			want := shown(s, time.Hour, time.Minute)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			again := open(t, o)
			expect(t, shown(again, time.Hour, time.Minute), want)
		})
	}
}

// overwrite fills a file with ones, all but what says where things are.
func overwrite(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	metas := 2 * os.Getpagesize()
	_, err = file.WriteAt(bytes.Repeat([]byte{0xff}, len(text)-metas), int64(metas))
	return err
}
