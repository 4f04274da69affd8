package bucket_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/bucket"
)

func TestOnlyFilesBelowABucketAreObjects(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "shop", "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "shop", "a", "t.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if content, err := bucket.Read(dir, "shop", "a/t.json"); err != nil || string(content) != "{}" {
		t.Errorf("the object is %q, %v", content, err)
	}
	for _, name := range [][2]string{
		{"shop", "a"}, {"shop", "b"}, {"shop", "a/"}, {"shop", "a/t.json/x"}, {"shop", "a//t.json"}, {"shop", "a/../a/t.json"}, {"shop", "a\x00"},
		{"shop", strings.Repeat("a", 300)}, {"", "shop/a/t.json"}, {"..", "shop/a/t.json"}, {"cart", "a/t.json"}, {"cart\x00", "a"},
	} {
		if content, err := bucket.Read(dir, name[0], name[1]); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q is %q, %v", name, content, err)
		}
	}
}
