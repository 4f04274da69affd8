package image

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// namedImage is an engine with one image, sha256:1, and what names stand for. Removed by its id, the image goes.
type namedImage struct {
	tags, digests []string
	moved         map[string]string // names that stand for another image when they are looked at
	containers    int
	lastTag       time.Time
	upperDir      string
	removed       []string
}

func (e *namedImage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/v1."), "/")
	path, _ = url.PathUnescape(path)
	name, isInspect := strings.CutSuffix(strings.TrimPrefix(path, "images/"), "/json")
	switch {
	case path == "containers/json":
		_ = json.NewEncoder(w).Encode(slices.Repeat([]map[string]string{{"Id": "c1", "ImageID": "sha256:1"}}, e.containers))
	case !strings.HasPrefix(path, "images/"):
		w.Header().Set("Api-Version", "1.41")
	case r.Method == http.MethodDelete:
		name := strings.TrimPrefix(path, "images/")
		e.removed = append(e.removed, name)
		is := func(each string) bool { return each == name || name == "sha256:1" }
		e.tags, e.digests = slices.DeleteFunc(e.tags, is), slices.DeleteFunc(e.digests, is)
		_, _ = w.Write([]byte("[]"))
	case isInspect && len(e.tags)+len(e.digests) == 0:
		w.WriteHeader(http.StatusNotFound)
	case isInspect && e.moved[name] != "":
		_, _ = fmt.Fprintf(w, `{"Id":%q}`, e.moved[name])
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{
			"Id": "sha256:1", "RepoTags": e.tags, "RepoDigests": e.digests,
			"Metadata":    map[string]time.Time{"LastTagTime": e.lastTag},
			"GraphDriver": map[string]any{"Data": map[string]string{"UpperDir": e.upperDir}},
		})
	}
}

func TestWhichNamesAreTakenFromAnImage(t *testing.T) {
	digest := "@sha256:" + strings.Repeat("ab", 32)
	for name, c := range map[string]struct {
		engine  namedImage
		removed []string
		fails   bool
	}{
		"a tag": {namedImage{tags: []string{"app:1"}, digests: []string{"app" + digest}}, []string{"sha256:1"}, false},
		"two repositories": {
			namedImage{tags: []string{"app:1"}, digests: []string{"r/app" + digest}},
			[]string{"r/app" + digest, "sha256:1"}, false,
		},
		"two tags": {
			namedImage{tags: []string{"app:1", "app:2"}, digests: []string{"app" + digest}},
			[]string{"app" + digest, "app:1", "sha256:1"}, false,
		},
		"with a container": {namedImage{tags: []string{"app:1", "app:2"}, containers: 1}, nil, true},
		"a tag that has moved": {
			namedImage{tags: []string{"app:1", "app:2"}, moved: map[string]string{"app:1": "sha256:2"}}, nil, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			engine := &c.engine
			err := storeOf(t, engine).Remove(t.Context(), "sha256:1", slices.Concat(engine.tags, engine.digests))
			if (err != nil) != c.fails || !slices.Equal(engine.removed, c.removed) {
				t.Errorf("Remove: %v; removed are %v, want %v", err, engine.removed, c.removed)
			}
		})
	}
}

func TestAStampChangesWithTagsAndPulls(t *testing.T) {
	engine := &namedImage{tags: []string{"app:1"}, upperDir: "/a"}
	s := storeOf(t, engine)
	stamp := func() string {
		t.Helper()
		text, err := s.Stamp(t.Context(), "sha256:1")
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	first := stamp()
	if again := stamp(); again != first {
		t.Errorf("it is %q, and then %q", first, again)
	}
	engine.lastTag = time.Unix(1e9, 0)
	tagged := stamp()
	engine.upperDir = "/b"
	if pulled := stamp(); tagged == first || pulled == tagged || pulled == first {
		t.Errorf("it is %q, tagged %q, pulled again %q", first, tagged, pulled)
	}
}

// With containerd's image store an engine does not list images while one of them goes.
func TestImagesAreListedWhileOthersGo(t *testing.T) {
	for going, listed := range map[int]int{0: 1, 1: 2, 4: 5, 9: 5} {
		lists := 0
		s := storeOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/containers/json"):
				_, _ = w.Write([]byte("[]"))
			case !strings.HasSuffix(r.URL.Path, "/images/json"):
				w.Header().Set("Api-Version", "1.51")
			default:
				if lists++; lists <= going {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(http.StatusNotFound)
					_, _ = w.Write([]byte(`{"message":"NotFound: content digest sha256:4f0f: not found"}`))
					return
				}
				_, _ = w.Write([]byte(`[{"Id":"sha256:1"}]`))
			}
		}))
		images, err := s.List(t.Context())
		if lists != listed || (err == nil) != (len(images) == 1) || (err == nil) != (going < listed) {
			t.Errorf("%d go: %v and %v after %d lists, want %d", going, images, err, lists, listed)
		}
	}
}
