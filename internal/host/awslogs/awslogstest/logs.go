// Package awslogstest has CloudWatch Logs for tests of what writes to it.
package awslogstest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// Logs is CloudWatch Logs in memory. It refuses to make the group "forbidden".
type Logs struct {
	mu        sync.Mutex
	groups    map[string]bool
	streams   map[awslogs.Stream][]awslogs.Line
	positions map[string]awslogs.Position
	newest    map[string]time.Time // by source
	behind    map[string]time.Time // as readers said last, by source
	puts      int
	broken    error // what Put answers once
	silent    error // what OpenStream answers
	full      bool  // or always
}

var errNoGroup = &types.ResourceNotFoundException{Message: aws.String("The specified log group does not exist.")}

// New returns CloudWatch Logs with some groups.
func New(groups ...string) *Logs {
	f := &Logs{groups: map[string]bool{}, streams: map[awslogs.Stream][]awslogs.Line{}, positions: map[string]awslogs.Position{},
		newest: map[string]time.Time{}, behind: map[string]time.Time{}}
	for _, g := range groups {
		f.groups[g] = true
	}
	return f
}

func (f *Logs) OpenStream(_ context.Context, s awslogs.Stream, create bool) error {
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
	f.streams[s] = append(f.streams[s], []awslogs.Line{}...)
	return nil
}

func (f *Logs) Put(_ context.Context, s awslogs.Stream, source string, lines []awslogs.Line, at awslogs.Position) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return ErrDiskFull
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

func (f *Logs) Position(_ context.Context, _ awslogs.Stream, source string) (awslogs.Position, time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, known := f.positions[source]
	if from := f.newest[source]; !known || !from.IsZero() {
		return at, from, nil
	}
	return at, time.Unix(0, 0), nil
}

func (f *Logs) Behind(_ awslogs.Stream, source string, since time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behind[source] = since
}

func (f *Logs) Forget(_ context.Context, s awslogs.Stream, source string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, there := f.streams[s]; !there {
		return errNoGroup
	}
	delete(f.positions, source)
	return nil
}

func (f *Logs) DeleteGroup(group string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.groups, group)
	maps.DeleteFunc(f.streams, func(s awslogs.Stream, _ []awslogs.Line) bool { return s.Group == group })
}

func (f *Logs) Retain(_ context.Context, keep func(source string) bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.positions, func(source string, _ awslogs.Position) bool { return !keep(source) })
	return nil
}

// Missing is the time since when lines of a container are yet to be put.
func (f *Logs) Missing(source string) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.behind[source]
}

func (f *Logs) Lines(group, name string) (all []string) {
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

// Names are the region, group and name of each stream.
func (f *Logs) Names() (names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.streams {
		names = append(names, s.Scope.Region+" "+s.Group+" "+s.Name)
	}
	slices.Sort(names)
	return names
}

// Sources is how many containers have a position.
func (f *Logs) Sources() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.positions)
}

func (f *Logs) Groups() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.groups))
}

// Fail has the next Put answer an error.
func (f *Logs) Fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = err
}

// Fill has Put answer that the disk is full, or no longer.
func (f *Logs) Fill(full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full = full
}

// Silence has OpenStream answer an error, or nil no longer.
func (f *Logs) Silence(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silent = err
}

// Knows reports whether a container has a position.
func (f *Logs) Knows(source string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, known := f.positions[source]
	return known
}

// ErrDiskFull is what Put answers after Fill.
var ErrDiskFull = errors.New("no space left on device")
