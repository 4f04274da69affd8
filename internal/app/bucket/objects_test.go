package bucket_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/bucket"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Objects are files of the folder, or the upstream's: all versions that are named are.
func TestObjects(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "shop"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "shop", "a.yaml"), []byte("file"), 0o600); err != nil {
		t.Fatal(err)
	}
	upstream := func(_ context.Context, name, key, version string) ([]byte, error) {
		return []byte("upstream " + name + " " + key + " " + version), nil
	}
	for _, c := range []struct {
		objects              bucket.Objects
		bucket, key, version string
		content, refusal     string
	}{
		{bucket.Objects{Dir: dir}, "shop", "a.yaml", "", "file", ""},
		{bucket.Objects{Dir: dir}, "shop", "b.yaml", "", "", "NoSuchKey"},
		{bucket.Objects{Dir: dir}, "shop", "a.yaml", "1", "", "NoSuchVersion"},
		{bucket.Objects{Dir: dir}, "toys", "a.yaml", "", "", "NoSuchBucket"},
		{bucket.Objects{Dir: dir}, "../shop", "a.yaml", "", "", "NoSuchBucket"},
		{bucket.Objects{Dir: dir, Upstream: upstream}, "shop", "a.yaml", "", "file", ""},
		{bucket.Objects{Dir: dir, Upstream: upstream}, "shop", "b.yaml", "", "upstream shop b.yaml ", ""},
		{bucket.Objects{Dir: dir, Upstream: upstream}, "shop", "a.yaml", "1", "upstream shop a.yaml 1", ""},
		{bucket.Objects{Upstream: upstream}, "shop", "a.yaml", "", "upstream shop a.yaml ", ""},
	} {
		got, err := c.objects.Read(t.Context(), c.bucket, c.key, c.version)
		var refused *apiclient.Error
		code := ""
		if errors.As(err, &refused) {
			code = refused.Code
		}
		if string(got) != c.content || code != c.refusal {
			t.Errorf("%s/%s of version %q: %q, %v", c.bucket, c.key, c.version, got, err)
		}
	}
	if !(bucket.Objects{}).None() || (bucket.Objects{Dir: dir}).None() {
		t.Error("without a folder and an upstream there are none")
	}
}
