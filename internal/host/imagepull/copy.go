package imagepull

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// copies are the copies of images to an engine, each of which is made once for all tasks that wait for it.
type copies struct {
	mu   sync.Mutex
	open map[string]*imageCopy // by image and platform
	ids  map[string]string     // of images that have come, by Choice.Local
}

// imageCopy is a copy under way. It ends with the last task that waits for it.
type imageCopy struct {
	waiting int
	cancel  context.CancelFunc
	bytes   atomic.Int64
	done    chan struct{}
	copied
	err error // of this engine, or it was cut off
}

// copied is how a copy has ended. If nothing was found, the hint says why not; without one no engine has the image.
type copied struct {
	found Found
	hint  string
}

// copyOnce copies an image from another engine, or waits for the copy that is under way.
func (p *Puller) copyOnce(ctx context.Context, c Choice, spec backend.PullSpec) (copied, error) {
	key := c.Named() + " " + spec.Platform
	running := p.joinCopy(key, c, spec.Platform)
	if spec.Progress != nil {
		spec.Progress(func() (done, total int64) { return running.bytes.Load(), 0 })
	}
	select {
	case <-running.done:
		return running.copied, running.err
	case <-ctx.Done():
	}
	if p.copies.leave(key, running) {
		<-running.done // so that nothing of it is left
	}
	return copied{}, context.Cause(ctx)
}

func (p *Puller) joinCopy(key string, c Choice, platform string) *imageCopy {
	p.copies.mu.Lock()
	defer p.copies.mu.Unlock()
	if running := p.copies.open[key]; running != nil {
		running.waiting++
		return running
	}
	if p.copies.open == nil {
		p.copies.open = map[string]*imageCopy{}
	}
	ctx, cancel := context.WithCancel(p.Engine.Life())
	running := &imageCopy{waiting: 1, cancel: cancel, done: make(chan struct{})}
	p.copies.open[key] = running
	end := func() {
		p.copies.forget(key, running)
		cancel()
		close(running.done)
	}
	begun := p.Engine.Go(func() {
		defer end()
		running.copied, running.err = p.copyHere(ctx, c, platform, &running.bytes)
	})
	if !begun {
		running.err = context.Canceled
		go end()
	}
	return running
}

// leave notes that a task does not wait any more. It reports whether it was the last one, with which the copy ends: no other task
// can join it any more.
func (s *copies) leave(key string, running *imageCopy) (last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if running.waiting--; running.waiting > 0 {
		return false
	}
	s.drop(key, running)
	running.cancel()
	return true
}

func (s *copies) forget(key string, running *imageCopy) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(key, running)
}

// drop needs the lock.
func (s *copies) drop(key string, running *imageCopy) {
	if s.open[key] == running {
		delete(s.open, key)
	}
}

// copyHere copies an image from the first engine from which that succeeds, unless another copy has just brought it.
func (p *Puller) copyHere(ctx context.Context, c Choice, platform string, bytes *atomic.Int64) (copied, error) {
	if found, err := p.Find(ctx, c, platform); err == nil {
		return copied{found: found}, nil
	}
	var failed copied
	for _, from := range p.holders(ctx, c, platform) {
		found, err := p.copyFrom(ctx, from, c, platform, bytes)
		switch {
		case err == nil:
			p.Log.Info("an image was copied from another engine", "image", c.Named(), "from", from.Name, "bytes", bytes.Load())
			return copied{found: found}, nil
		case ctx.Err() != nil, errors.Is(err, backend.ErrUnavailable), enginecall.IsTimeout(err):
			return copied{}, err
		}
		p.Log.Warn("an image cannot be copied from another engine", "image", c.Named(), "from", from.Name, "error", err)
		failed.hint = fmt.Sprintf("%s; to copy it failed: %s", p.hint(from, c), err)
		if strings.Contains(err.Error(), noSpace) {
			break
		}
	}
	return failed, nil
}

// copyFrom copies an image from an engine. By a digest it comes without a name, and is known by its id, which is the same on
// engines with an image store of one kind.
func (p *Puller) copyFrom(ctx context.Context, from holder, c Choice, platform string, bytes *atomic.Int64) (Found, error) {
	image := from.image
	err := from.Engine.CopyImage(ctx, tagged(image.Name), image.OS+"/"+image.Architecture, p.Engine, func(n int) { bytes.Add(int64(n)) })
	if err != nil {
		return Found{}, err
	}
	p.copies.know(c, image.ID)
	found, err := p.Find(ctx, c, platform)
	switch {
	case errors.Is(err, backend.ErrNotFound):
		return Found{}, fmt.Errorf("the engine %s knows it by another name: its image store is of another kind", p.Name)
	case err != nil:
		return Found{}, err
	case !p.Fits(found.Image, platform):
		return Found{}, fmt.Errorf("what came is for %s/%s", found.OS, found.Architecture)
	}
	p.copies.know(c, found.ID)
	return found, nil
}

func (s *copies) know(c Choice, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[string]string{}
	}
	s.ids[c.Local()] = id
}

// idOf is the id of the image that was copied for a choice; empty: none was.
func (s *copies) idOf(c Choice) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[c.Local()]
}
