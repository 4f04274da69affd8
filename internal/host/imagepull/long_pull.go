package imagepull

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// LongPull is a pull that has not ended, and takes long.
type LongPull struct {
	Image string // as a definition names it
	since time.Time
	task  string // its ARN
	of    remoteImage
	read  func() (done, total int64)
}

// remoteImage is what registries are asked for.
type remoteImage struct{ ref, platform string }

// Bytes are how many have come, of how many the engine knows so far; zero: it does not tell.
func (u *LongPull) Bytes() (done, total int64) {
	if u.read == nil {
		return 0, 0
	}
	return u.read()
}

// begin notes a pull for a task, until its end is called.
func (p *Puller) begin(taskARN, image string, spec *backend.PullSpec) (end func()) {
	pull := &LongPull{Image: image, since: time.Now(), task: taskARN, of: remoteImage{spec.Ref, spec.Platform}}
	spec.Progress = func(read func() (done, total int64)) {
		p.mu.Lock()
		defer p.mu.Unlock()
		pull.read = read
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pulls == nil {
		p.pulls = map[*LongPull]struct{}{}
	}
	p.pulls[pull] = struct{}{}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.pulls, pull)
	}
}

// UnderWay is how many images are being pulled, each once.
func (p *Puller) UnderWay() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	images := map[remoteImage]bool{}
	for pull := range p.pulls {
		images[pull.of] = true
	}
	return len(images)
}

// LongPulls are the pulls for a task that take longer than a time already, the oldest first; for all tasks if that is empty.
func (p *Puller) LongPulls(taskARN string, longer time.Duration) (pulls []LongPull) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pull := range p.pulls {
		if (taskARN == "" || pull.task == taskARN) && time.Since(pull.since) > longer {
			pulls = append(pulls, *pull)
		}
	}
	sorting.By(pulls, func(x, y LongPull) int { return x.since.Compare(y.since) })
	return pulls
}
