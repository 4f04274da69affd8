package boundedlog

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestLongValuesAreCut(t *testing.T) {
	var out bytes.Buffer
	leaveTimeOut := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	log := slog.New(Handler(slog.NewTextHandler(&out, leaveTimeOut)))
	long, beginning := strings.Repeat("x", 1_000_000), strings.Repeat("x", most)
	const length = "… (1000000 bytes)"
	for _, c := range []struct {
		attr slog.Attr
		want string
	}{
		{slog.String("a", beginning), "a=" + beginning},
		{slog.String("a", long), `a="` + beginning + length + `"`},
		{slog.Any("a", errors.New(long)), `a="` + beginning + length + `"`},
		{slog.Any("a", []string{long[:2000]}), `a="[` + beginning[1:] + `… (2002 bytes)"`},
		{slog.Group("a", "b", long, "c", 1), `a.b="` + beginning + length + `" a.c=1`},
		{slog.String("a", beginning[1:]+"é"), `a="` + beginning[1:] + `… (1025 bytes)"`},
	} {
		for with, write := range map[string]func(){
			"record": func() { log.Warn("request", "n", 1, c.attr) },
			"logger": func() { log.With("n", 1, c.attr).Warn("request") },
			"group":  func() { log.WithGroup("g").Warn("request", "n", 1, c.attr) },
		} {
			out.Reset()
			write()
			want := "level=WARN msg=request n=1 " + c.want + "\n"
			if with == "group" {
				want = strings.NewReplacer(" n=", " g.n=", " a", " g.a").Replace(want)
			}
			if got := out.String(); got != want {
				t.Errorf("%s: got %.90q of %d bytes, want %.90q of %d", with, got, len(got), want, len(want))
			}
		}
	}
	out.Reset()
	log.Error("mistake", "where", long)
	if n := out.Len(); n < mostOfErrors || n > mostOfErrors+100 {
		t.Errorf("an error has %d bytes", n)
	}
}
