package state

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// eachStore runs a benchmark in memory and with a durable log.
func eachStore(b *testing.B, run func(b *testing.B, s *store.Store)) {
	for name, opts := range map[string]store.Options{
		"memory": {}, "disk": {Path: filepath.Join(b.TempDir(), "state.db")},
	} {
		b.Run(name, func(b *testing.B) {
			s, err := Open(opts)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			b.ReportAllocs()
			run(b, s)
		})
	}
}

var benchScope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

func newBenchTask() *Task {
	return &Task{
		ARN: benchScope.Task("c", arn.NewID()), Spec: &TaskSpec{
			ClusterARN: benchScope.Cluster("c"), Family: "web", Revision: 1, Group: "family:web",
			LaunchType: types.LaunchTypeFargate, CPU: "256", Memory: "512", CreatedAt: time.Unix(1_700_000_000, 0),
			SecurityGroups: []string{ec2network.DefaultSecurityGroup},
			Overrides:      &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("app")}}},
		},
		Placement: &Placement{AttachmentID: arn.NewUUID()},
		Status:    TaskStatus{LastStatus: Provisioning, Containers: []Container{{Name: "app", Image: "app"}}},
	}
}

func mustUpdate(b *testing.B, s *store.Store, fn func(tx *store.Tx)) {
	if err := s.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		b.Error(err)
	}
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Error(err)
	}
}

// live takes a new task to RUNNING, in three transactions.
func live(b *testing.B, s *store.Store) {
	t := newBenchTask()
	mustUpdate(b, s, func(tx *store.Tx) { AddTask(tx, t) })
	for _, status := range []string{Pending, Running} {
		now := t.Status.Clone()
		now.LastStatus = status
		mustUpdate(b, s, func(tx *store.Tx) { must(b, PutTaskStatus(tx, t.ARN, TaskStep{Status: now, Announced: true})) })
	}
}

func BenchmarkLifeOfATask(b *testing.B) {
	eachStore(b, func(b *testing.B, s *store.Store) {
		for b.Loop() {
			live(b, s)
		}
	})
}

func BenchmarkLivesAtTheSameTime(b *testing.B) {
	eachStore(b, func(b *testing.B, s *store.Store) {
		b.SetParallelism(8)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				live(b, s)
			}
		})
	})
}

func BenchmarkRegister(b *testing.B) {
	eachStore(b, func(b *testing.B, s *store.Store) {
		for n := 0; b.Loop(); n++ {
			def := &types.TaskDefinition{Family: aws.String(fmt.Sprintf("web%d", n%100))}
			mustUpdate(b, s, func(tx *store.Tx) { taskdefinition.Add(tx, benchScope, def, nil, "root", time.Unix(1_700_000_000, 0)) })
		}
	})
}

// filled is a store with a thousand tasks, and the ARN of one.
func filled(b *testing.B, s *store.Store) string {
	var last string
	mustUpdate(b, s, func(tx *store.Tx) {
		for range 1000 {
			t := newBenchTask()
			AddTask(tx, t)
			last = t.ARN
		}
	})
	return last
}

// BenchmarkRead is a snapshot and a look at one row of it.
func BenchmarkRead(b *testing.B) {
	eachStore(b, func(b *testing.B, s *store.Store) {
		arn := filled(b, s)
		for b.Loop() {
			if FindTask(s.Read(), arn) == nil {
				b.Fatal("no task")
			}
		}
	})
}

// BenchmarkOpen is a start with ten thousand tasks.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "state.db")
	open := func() *store.Store {
		s, err := Open(store.Options{Path: path})
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	s := open()
	for range 10 {
		filled(b, s)
	}
	must(b, s.Close())
	for b.Loop() {
		must(b, open().Close())
	}
}
