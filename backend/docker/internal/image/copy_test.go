package image

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// What goes wrong with a load is in the last message of an answer that begins with success.
func TestWhatAnEngineSaysOfALoad(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		want   string
		lost   bool
	}{
		"loaded":          {answer: `{"stream":"Loaded image: app:1\n"}` + "\n"},
		"nothing":         {},
		"a full disk":     {answer: `{"stream":"Loading layer"}{"errorDetail":{"message":"no space left on device"},"error":"no space left on device"}`, want: "no space left on device"},
		"half an answer":  {answer: `{"stream":"Loading`, want: "unexpected EOF", lost: true},
		"refused at once": {answer: "refuse", want: "archive/tar: invalid tar header"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			s := storeOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/images/load") {
					w.Header().Set("Api-Version", "1.41")
					return
				}
				if c.answer == "refuse" {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(http.StatusInternalServerError)
					_, _ = w.Write([]byte(`{"message":"archive/tar: invalid tar header"}`))
					return
				}
				body, _ := io.ReadAll(r.Body)
				got = string(body)
				_, _ = w.Write([]byte(c.answer))
			}))
			err := s.Load(t.Context(), strings.NewReader("layers"))
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || errors.Is(err, backend.ErrUnavailable) != c.lost {
				t.Errorf("%v; want %q", err, c.want)
			}
			if c.answer != "refuse" && got != "layers" {
				t.Errorf("the engine was sent %q", got)
			}
		})
	}
}

// An engine takes a stream that just ends for a whole one, so a request that breaks must not end like others.
func TestALoadThatBreaksIsNotEnded(t *testing.T) {
	read := make(chan error, 1)
	s := storeOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/images/load") {
			w.Header().Set("Api-Version", "1.41")
			return
		}
		_, err := io.ReadAll(r.Body)
		read <- err
	}))
	broken := errors.New("the other engine went away")
	if err := s.Load(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken))); err == nil {
		t.Error("half an image is loaded")
	}
	if err := <-read; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the engine has read to %v", err)
	}
}

// With a platform the digest of a name that stands for several is lost, so it is named only where the engine would save another.
func TestWhichPlatformIsSaved(t *testing.T) {
	for name, c := range map[string]struct{ version, platform, want string }{
		"none":             {"1.51", "", ""},
		"the engine's own": {"1.51", "linux/amd64", ""},
		"another":          {"1.51", "linux/arm64", `{"architecture":"arm64","os":"linux"}`},
		"of an old engine": {"1.47", "linux/arm64", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := storeOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasSuffix(r.URL.Path, "/images/app:1/json"):
					_, _ = w.Write([]byte(`{"Id":"sha256:1","Os":"linux","Architecture":"amd64"}`))
				case strings.HasSuffix(r.URL.Path, "/images/get"):
					_, _ = w.Write([]byte(r.URL.Query().Get("names") + " " + r.URL.Query().Get("platform")))
				default:
					w.Header().Set("Api-Version", c.version)
				}
			}))
			saved, err := s.Save(t.Context(), "app:1", c.platform)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(saved)
			if err := errors.Join(err, saved.Close()); err != nil || string(got) != "app:1 "+c.want {
				t.Errorf("%q, %v; want %q", got, err, "app:1 "+c.want)
			}
		})
	}
}
