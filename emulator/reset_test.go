package emulator_test

import (
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
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
