package emulator_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// The cluster default is there for a request in the middle of a reset, too.
func TestResetNeverHidesTheDefaultCluster(t *testing.T) {
	t.Parallel()
	w := start(t)
	done := make(chan struct{})
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				_, err := w.client.UpdateClusterSettings(t.Context(), &ecs.UpdateClusterSettingsInput{
					Cluster: aws.String("default"), Settings: []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String("enabled")}},
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 300 {
		w.must(w.srv.Reset())
	}
	close(done)
	clients.Wait()
}

// removing is an engine that tells when it is to remove all that it has.
type removing struct {
	*sim.Engine
	told func()
}

func (r removing) RemoveAll(ctx context.Context) error {
	r.told()
	return r.Engine.RemoveAll(ctx)
}

// Containers may take long to go. Meanwhile everything else is as at the start: what clients write then stays.
func TestResetLeavesContainersForTheEnd(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "capacity.json")
	if err := os.WriteFile(file, []byte(`{"instances": [{"cluster": "made", "count": 1}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var w *world
	put := func(group string) {
		_, err := cloudwatchlogs.NewFromConfig(w.srv.Config()).CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group})
		w.must(err)
	}
	groups := func() (names []string) {
		out, err := cloudwatchlogs.NewFromConfig(w.srv.Config()).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
		w.must(err)
		for _, g := range out.LogGroups {
			names = append(names, *g.LogGroupName)
		}
		return names
	}
	during := false
	engine := removing{sim.New(sim.Options{}), func() {
		if during {
			return // the end of the test
		}
		during = true
		if left := groups(); len(left) > 0 {
			t.Errorf("log groups %q are left", left)
		}
		put("new")
		out, err := w.client.ListClusters(t.Context(), &ecs.ListClustersInput{})
		w.must(err)
		if !slices.ContainsFunc(out.ClusterArns, func(arn string) bool { return strings.HasSuffix(arn, "/made") }) {
			t.Errorf("the clusters are %q", out.ClusterArns)
		}
	}}
	w = start(t, emulator.Options{Backend: engine, CapacityFile: file})
	put("old")
	w.must(w.srv.Reset())
	if left := groups(); !during || !slices.Equal(left, []string{"new"}) {
		t.Errorf("log groups %q after the reset", left)
	}
}

// What a reset cannot forget it says, and another one tries again.
func TestResetTellsThatLogsAreLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := start(t, emulator.Options{DataDir: dir, OnExit: emulator.Remove})
	next := filepath.Join(dir, "logs", fmt.Sprintf("%016x.log", 2)) // a reset begins this file
	w.must(os.Mkdir(next, 0o700))
	if err := w.srv.Reset(); err == nil || !strings.Contains(err.Error(), "everything else is removed, but log events are left: forget the logs: ") {
		t.Errorf("got %v", err)
	}
	w.must(os.RemoveAll(next))
	w.must(w.srv.Reset())
}
