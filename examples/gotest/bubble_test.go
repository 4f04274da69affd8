package gotest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestInABubble has an emulator in a bubble of testing/synctest. Its clock is the bubble's, which
// goes on at once when all goroutines wait: waiters keep the SDK's 15 seconds, and code of yours
// that sleeps or has timers sees the same time as ECS.
func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := emulator.Start(t, emulator.Options{InProcess: true})
		client := ecs.NewFromConfig(srv.Config())
		web := registerWeb(t, client, nil, map[string]string{"ecs-emulator.sim.run-for": "10m"})
		createWeb(t, srv, client, web)
		stable := ecs.NewServicesStableWaiter(client)
		services := &ecs.DescribeServicesInput{Services: []string{"web"}}
		if err := stable.Wait(t.Context(), services, time.Hour); err != nil {
			t.Fatal(err)
		}
		before := taskOf(t, client)

		time.Sleep(11 * time.Minute)
		if err := stable.Wait(t.Context(), services, time.Hour); err != nil {
			t.Fatal(err)
		}
		if after := taskOf(t, client); after == before {
			t.Errorf("task %s was not replaced", before)
		}
		if _, err := client.DeleteService(t.Context(), &ecs.DeleteServiceInput{
			Service: aws.String("web"), Force: aws.Bool(true),
		}); err != nil {
			t.Fatal(err)
		}
		gone := ecs.NewServicesInactiveWaiter(client)
		if err := gone.Wait(t.Context(), services, time.Hour); err != nil {
			t.Fatal(err)
		}
	})
}
