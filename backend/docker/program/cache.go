package program

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

const (
	// buildTime bounds a build, which outlives the caller that began it.
	buildTime = 10 * time.Minute
	// unusedTime is how long programs are kept that nothing uses: each change of their sources
	// makes others.
	unusedTime = 30 * 24 * time.Hour
)

// cache is the folder of the user's cache that has the programs of this version, toolchain
// and sources.
type cache struct {
	folder
	root, path string
}

var noFileName = regexp.MustCompile(`[^A-Za-z0-9.+_-]+`)

func (f Finder) openCache() (cache, error) {
	root := f.Cache
	if root == "" {
		home, err := os.UserCacheDir()
		if err != nil {
			return cache{}, fmt.Errorf("no cache to build it into: %w", err)
		}
		root = filepath.Join(home, "ecs-emulator", "programs")
	}
	built := sha256.Sum256([]byte(identity()))
	key := strings.Join([]string{Version(), runtime.Version(), hex.EncodeToString(built[:8])}, "_")
	at := filepath.Join(root, noFileName.ReplaceAllString(key, "-"))
	return cache{folderAt(at), root, at}, nil
}

func (c cache) use() {
	now := time.Now()
	_ = os.Chtimes(filepath.Join(c.path, identityFile), now, now) // one that cannot be written is not trimmed either
}

// build builds the programs that are missing. What builds at the same time, in this process
// or another one, waits for it.
func (c cache) build(ctx context.Context, log *slog.Logger, architecture string, names []string) error {
	if err := os.MkdirAll(c.path, 0o755); err != nil {
		return fmt.Errorf("make the cache: %w", err)
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(c.root, "lock")).Lock()
	if err != nil {
		return fmt.Errorf("lock the cache: %w", err)
	}
	defer unlock()
	if c.lacks(architecture, names) == "" {
		return nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("it cannot be built without the go command, which is not in PATH")
	}
	log.Info("building programs for the Docker engine, once", "programs", strings.Join(names, ", "), "architecture", architecture, "into", c.path)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), buildTime)
	defer cancel()
	if err := Build(ctx, Target{Folder: c.path, Architecture: architecture, Names: names}); err != nil {
		return err
	}
	c.trim()
	return nil
}

// trim removes what other versions and other sources have left. What cannot be removed stays.
func (c cache) trim() {
	marks, _ := filepath.Glob(filepath.Join(c.root, "*", identityFile))
	for _, mark := range marks {
		if used, err := os.Stat(mark); err == nil && time.Since(used.ModTime()) > unusedTime {
			_ = os.RemoveAll(filepath.Dir(mark))
		}
	}
}
