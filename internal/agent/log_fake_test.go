package agent

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatchlogs/types"
)

// fakeLogs is CloudWatch Logs in memory.
type fakeLogs struct {
	mu        sync.Mutex
	groups    map[string]bool
	streams   map[LogStream][]LogLine
	positions map[string]LogPosition
	newest    map[string]time.Time // by source
	behind    map[string]time.Time // as readers said last, by source
	puts      int
	broken    error // what Put answers once
	silent    error // what OpenStream answers
	full      bool  // or always
}

var errNoGroup = &types.ResourceNotFoundException{Message: aws.String("The specified log group does not exist.")}

func newFakeLogs(groups ...string) *fakeLogs {
	f := &fakeLogs{groups: map[string]bool{}, streams: map[LogStream][]LogLine{}, positions: map[string]LogPosition{},
		newest: map[string]time.Time{}, behind: map[string]time.Time{}}
	for _, g := range groups {
		f.groups[g] = true
	}
	return f
}

func (f *fakeLogs) OpenStream(_ context.Context, s LogStream, create bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.silent != nil {
		return f.silent
	}
	if create && s.Group == "forbidden" {
		return &smithy.OperationError{ServiceID: "CloudWatch Logs", OperationName: "CreateLogGroup", Err: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}}
	}
	if create {
		f.groups[s.Group] = true
	}
	if !f.groups[s.Group] {
		return errNoGroup
	}
	f.streams[s] = append(f.streams[s], []LogLine{}...)
	return nil
}

func (f *fakeLogs) Put(_ context.Context, s LogStream, source string, lines []LogLine, at LogPosition) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return errDiskFull
	}
	if err := f.broken; err != nil {
		f.broken = nil
		return err
	}
	if _, there := f.streams[s]; !there {
		return errNoGroup
	}
	f.puts++
	f.streams[s] = append(f.streams[s], lines...)
	f.positions[source] = at
	for _, line := range lines {
		f.newest[source] = line.At
	}
	return nil
}

func (f *fakeLogs) Position(_ context.Context, _ LogStream, source string) (LogPosition, time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, known := f.positions[source]
	if from := f.newest[source]; !known || !from.IsZero() {
		return at, from, nil
	}
	return at, time.Unix(0, 0), nil
}

func (f *fakeLogs) Behind(_ LogStream, source string, since time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behind[source] = since
}

func (f *fakeLogs) Forget(_ context.Context, _ LogStream, source string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.positions, source)
	return nil
}

func (f *fakeLogs) Retain(_ context.Context, keep func(source string) bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.positions, func(source string, _ LogPosition) bool { return !keep(source) })
	return nil
}

// missing is the time since when lines of a container are yet to be put.
func (f *fakeLogs) missing(source string) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.behind[source]
}

// lines are those of a stream.
func (f *fakeLogs) lines(group, name string) (all []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s, lines := range f.streams {
		if s.Group == group && s.Name == name {
			for _, line := range lines {
				all = append(all, line.Message)
			}
		}
	}
	return all
}

func (f *fakeLogs) names() (names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.streams {
		names = append(names, s.Scope.Region+" "+s.Group+" "+s.Name)
	}
	slices.Sort(names)
	return names
}

// sources is how many containers have a position.
func (f *fakeLogs) sources() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.positions)
}

// made are the groups that are there.
func (f *fakeLogs) made() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.groups))
}

// fail has the next Put answer an error.
func (f *fakeLogs) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = err
}

// fill has Put answer that the disk is full, or no longer.
func (f *fakeLogs) fill(full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full = full
}

var errDiskFull = errors.New("no space left on device")
