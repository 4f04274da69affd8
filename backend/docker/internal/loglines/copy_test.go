package loglines

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

func TestLineWriter(t *testing.T) {
	const stamp = "2026-01-02T03:04:05.000000006Z "
	var got []string
	w := &lineWriter{write: func(at time.Time, _ bool, line string) error {
		if at.Nanosecond() != 6 {
			t.Errorf("time %v of %q", at, line)
		}
		got = append(got, line)
		return nil
	}}
	for _, message := range []string{stamp + "one\n", stamp + "cut ", stamp + "in two\n", stamp + "\n", stamp + "terminal\r\n", stamp + "last"} {
		if n, err := w.Write([]byte(message)); err != nil || n != len(message) {
			t.Fatal(n, err)
		}
	}
	if err := w.flush(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"one", "cut in two", "", "terminal", "last"}; !slices.Equal(got, want) {
		t.Errorf("lines %q; want %q", got, want)
	}
}

// A line that is too long is cut between characters, wherever the engine has cut it, and what is no
// character stays what it is.
func TestLineWriterCutsBetweenCharacters(t *testing.T) {
	const stamp = "2026-01-02T03:04:05.000000006Z "
	for _, character := range []string{"é", "€", "𝄞", "x", "\xff", "\x80"} {
		for shift := range 4 {
			line := strings.Repeat("a", shift) + strings.Repeat(character, 2*maxLine/len(character)+7)
			var got []string
			w := &lineWriter{write: func(_ time.Time, _ bool, piece string) error {
				got = append(got, piece)
				return nil
			}}
			for rest := line + "\n"; rest != ""; {
				n := min(len(rest), 16<<10)
				if _, err := w.Write([]byte(stamp + rest[:n])); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if strings.Join(got, "") != line || len(got) != 3 {
				t.Errorf("%q: %d pieces", character, len(got))
			}
			for _, piece := range got {
				if utf8.ValidString(line) && !utf8.ValidString(piece) {
					t.Errorf("%q is cut within a character", character)
				}
			}
		}
	}
}

// TestLineWriterLeavesOutWhatTheEngineRepeats: as Docker 20.10 does where a file of the log has
// filled up.
func TestLineWriterLeavesOutWhatTheEngineRepeats(t *testing.T) {
	var got []string
	w := &lineWriter{repetition: repetition{follows: true}, write: func(_ time.Time, _ bool, line string) error {
		got = append(got, line)
		return nil
	}}
	for _, message := range []string{"05Z one", "06Z same", "07Z same", "06Z same", "07Z same", "07Z other", "08Z next", "08Z next"} {
		if _, err := w.Write([]byte("2026-01-02T03:04:" + message + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"one", "same", "same", "other", "next"}; !slices.Equal(got, want) {
		t.Errorf("lines %q; want %q", got, want)
	}
}

// TestAClockThatIsSetBack: who follows a container whose lines are older from now on loses some
// seconds of them and is told; who does not follow loses none.
func TestAClockThatIsSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, follows := range []bool{true, false} {
			told, passed, by := 0, 0, time.Duration(0)
			w := &lineWriter{
				repetition: repetition{follows: follows, setBack: func(d time.Duration) { told++; by = d }},
				write:      func(time.Time, bool, string) error { passed++; return nil },
			}
			begun := time.Now()
			for i := range 1200 {
				at := time.Now()
				if i >= 600 {
					at = at.Add(-10 * time.Minute)
				}
				if _, err := fmt.Fprintf(w, "%s line %d\n", at.Format(time.RFC3339Nano), i); err != nil {
					t.Fatal(err)
				}
				time.Sleep(100 * time.Millisecond)
			}
			want, tell := 1200, 0
			if follows {
				want, tell = 1200-int(longestRepetition/(100*time.Millisecond)), 1
			}
			if passed != want || told != tell || follows && by.Round(time.Minute) != 10*time.Minute {
				t.Errorf("after %v, following %t: %d lines, told %d times, by %v", time.Since(begun), follows, passed, told, by)
			}
		}
	})
}
