package emulator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// The cluster default is there for a request in the middle of a reset, too.
func TestResetNeverHidesTheDefaultCluster(t *testing.T) {
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

// What a reset cannot forget it says, and another one tries again.
func TestResetTellsThatLogsAreLeft(t *testing.T) {
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
