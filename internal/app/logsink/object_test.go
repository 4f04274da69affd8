package logsink

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

const aTask = "arn:aws:ecs:us-east-1:000000000000:task/default/0123"

// buckets is an S3 that has the bucket "there" alone.
type buckets map[string]string

func (b buckets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/there/") {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>`)
		return
	}
	body, _ := io.ReadAll(r.Body)
	b[r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")] = string(body)
}

func TestObjectsAreWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "s3", "here"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../..", filepath.Join(dir, "s3", "here", "out")); err != nil {
		t.Fatal(err)
	}
	up := buckets{}
	var asked []string
	o := Objects{
		Dir:       filepath.Join(dir, "s3"),
		Client:    apiclient.New(apiclient.Options{Endpoint: up, Host: "upstream"}),
		Principal: func(taskARN string) (apiclient.Principal, error) { return apiclient.Root(arn.ScopeOf(taskARN)), nil },
		Allow: func(_ context.Context, taskARN, action, resource string) error {
			asked = append(asked, taskARN+" "+action+" "+resource)
			if strings.Contains(resource, "denied") {
				return errors.New("denied")
			}
			return nil
		},
	}
	alone, nowhere := o, o
	alone.Client, nowhere.Client, nowhere.Dir = nil, nil, ""
	for _, c := range []struct {
		name        string
		to          Objects
		bucket, key string
		want        string // of the error; empty is none
	}{
		{"a folder", o, "here", "a/b.log", ""},
		{"an upstream's bucket", o, "there", "a b/c+.log", ""},
		{"a bucket of neither", o, "gone", "a.log", "NoSuchBucket: The specified bucket does not exist"},
		{"no folder, and no upstream", alone, "there", "a.log", "--s3-dir has no folder of the bucket"},
		{"no S3", nowhere, "here", "a.log", "start it with --s3-dir"},
		{"by a link", o, "here", "out/a.log", "path escapes"},
		{"above", o, "here", "../../a.log", "no file can be called here/../../a.log"},
		{"a bucket above", o, "..", "a.log", "no file can be called"},
		{"below a file", o, "here", "a/b.log/c.log", "make the folder of an object"},
		{"denied", o, "here", "denied.log", "denied"},
	} {
		err := c.to.Put(t.Context(), aTask, c.bucket, c.key, []byte("text\n"))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "s3", "here", "a", "b.log")); err != nil || string(text) != "text\n" {
		t.Errorf("the file is %q, %v", text, err)
	}
	if got := up["PUT /there/a b/c+.log text/plain"]; len(up) != 1 || got != "text\n" {
		t.Errorf("the upstream has %q", up)
	}
	if want := aTask + " s3:PutObject arn:aws:s3:::here/a/b.log"; asked[0] != want {
		t.Errorf("asked first: %s, want %s", asked[0], want)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("beside the buckets there is %v, %v", entries, err)
	}
}
