package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// The rehearsal of docs/guide/rehearsals.md: a service loses a zone, scales out meanwhile, and is balanced
// when the zone is back.
func TestTheRehearsalOfTheGuide(t *testing.T) {
	t.Parallel()
	w := start(t)
	srv, client, ctx := w.srv, w.client, t.Context()
	_, err := client.CreateService(ctx, &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web", "sleep", "7200")), DesiredCount: aws.Int32(4),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: inZones("ab"), AvailabilityZoneRebalancing: types.AvailabilityZoneRebalancingEnabled,
	})
	w.must(err)
	w.eventually("the tasks run", func() bool { return w.service("web").RunningCount == 4 })
	zones := func(want string) {
		t.Helper()
		count := map[rune]int{}
		for _, zone := range zonesOf(w.running()) {
			count[zone]++
		}
		for _, zone := range "ab" {
			n := 0
			for _, each := range want {
				if each == zone {
					n++
				}
			}
			if count[zone] != n {
				t.Errorf("%d tasks in zone %c, want %s", count[zone], zone, want)
			}
		}
	}

	zones("aabb")
	_, err = srv.Faults().Run([]emulator.Fault{{Kind: emulator.ZoneDown, Zone: "us-east-1a", At: time.Minute, For: 30 * time.Minute}})
	w.must(err)
	w.must(srv.Clock().Advance(10 * time.Minute))
	zones("bbbb")
	_, err = client.UpdateService(ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(6)})
	w.must(err)
	w.must(srv.Clock().Advance(10 * time.Minute))
	zones("bbbbbb")
	w.must(srv.Clock().Advance(time.Hour))
	zones("aaabbb")
}
