package pattern

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// splitSlowly looks for the end of each quote and bracket by itself.
func splitSlowly(message string) (all []string) {
	for message != "" {
		if isSpace(message[0]) {
			message = message[1:]
			continue
		}
		if mark, encloses := map[byte]string{'"': "\"", '[': "]"}[message[0]]; encloses {
			inside, rest, ended := strings.Cut(message[1:], mark)
			if ended && (rest == "" || isSpace(rest[0])) {
				all, message = append(all, inside), rest
				continue
			}
		}
		end := strings.IndexAny(message, " \t\n\r\v\f")
		if end < 0 {
			end = len(message)
		}
		all, message = append(all, message[:end]), message[end:]
	}
	return all
}

func FuzzSplit(f *testing.F) {
	for _, message := range []string{
		"", " a  b\t", `127.0.0.1 - frank [10/Oct/2000 13:55] "GET /a b" 200 - [x`, `"a "b" c"d e"`, "[a] [b]c] [[d] ]", `[" ]" "[" ["] "`,
	} {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message string) {
		var got []string
		end := 0
		for _, p := range split(message) {
			if got = append(got, p.text); p.start < end {
				t.Errorf("a field begins at %d, within another one", p.start)
			}
			end = p.start + len(p.text)
		}
		if want := splitSlowly(message); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, not %q", message, got, want)
		}
	})
}

// BenchmarkSplit takes apart messages of 256 KiB with brackets and quotes that do not end, or end
// far away.
func BenchmarkSplit(b *testing.B) {
	const size = 256 << 10
	for name, message := range map[string]string{
		"words":           strings.Repeat("abc ", size/4),
		"brackets":        strings.Repeat("[ ", size/2),
		"brackets closed": strings.Repeat("[ ", size/2) + "]x",
		"quotes":          strings.Repeat(`"a `, size/3),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(message)))
			for b.Loop() {
				split(message)
			}
		})
	}
}

// A message of two megabytes is taken apart at once, with any content. If each bracket looked for
// its own end, it would take half a minute.
func TestSplitIsLinear(t *testing.T) {
	began := time.Now()
	for _, c := range []struct {
		message string
		fields  int
	}{
		{strings.Repeat("[ ", 1<<20), 1 << 20},
		{strings.Repeat("[ ", 1<<20) + "]x", 1<<20 + 1},
	} {
		if n := len(split(c.message)); n != c.fields {
			t.Errorf("got %d fields, not %d", n, c.fields)
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
