package eventload

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/routing"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// taskEvent is an event of a task, as long as they are.
const taskEvent = `{"version":"0","id":"3317b2af-7005-947d-b652-f55e762e571a","detail-type":"ECS Task State Change","source":"aws.ecs",` +
	`"account":"000000000000","time":"2026-01-23T17:57:58Z","region":"us-east-1","resources":["arn:aws:ecs:us-east-1:000000000000:task/shop/c13b4cb40f1f4fe4a2971f76ae5a47ad"],` +
	`"detail":{"attachments":[{"id":"1789bcae-ddfb-4d10-8ebe-8ac87ddba5b8","type":"eni","status":"ATTACHED","details":[{"name":"subnetId","value":"subnet-abcd1234"},` +
	`{"name":"networkInterfaceId","value":"eni-abcd1234"},{"name":"macAddress","value":"0a:98:eb:a7:29:ba"},{"name":"privateIPv4Address","value":"10.0.0.139"}]}],` +
	`"availabilityZone":"us-east-1c","clusterArn":"arn:aws:ecs:us-east-1:000000000000:cluster/shop","containers":[{"containerArn":"arn:aws:ecs:us-east-1:000000000000:container/shop/c13b/cf159fd6",` +
	`"lastStatus":"RUNNING","name":"web","image":"nginx:latest","taskArn":"arn:aws:ecs:us-east-1:000000000000:task/shop/c13b4cb40f1f4fe4a2971f76ae5a47ad","networkInterfaces":[{"attachmentId":` +
	`"1789bcae-ddfb-4d10-8ebe-8ac87ddba5b8","privateIpv4Address":"10.0.0.139"}],"cpu":"0"}],"createdAt":"2026-01-23T17:57:34.402Z","launchType":"FARGATE","cpu":"256","memory":"512",` +
	`"desiredStatus":"RUNNING","group":"service:web","lastStatus":"RUNNING","overrides":{"containerOverrides":[{"name":"web"}]},"connectivity":"CONNECTED",` +
	`"pullStartedAt":"2026-01-23T17:57:52.103Z","startedAt":"2026-01-23T17:57:54.103Z","startedBy":"ecs-svc/123","updatedAt":"2026-01-23T17:57:58.103Z",` +
	`"taskDefinitionArn":"arn:aws:ecs:us-east-1:000000000000:task-definition/web:1","version":4,"platformVersion":"1.4.0"}}`

// matchOne is how many microseconds it takes to find the 5 of 100 rules that an event of a task matches, and to make
// their deliveries. All rules are for such events.
func matchOne(context.Context) (microseconds float64, err error) {
	const rules, match, times = 100, 5, 20_000
	rows, err := store.Open(store.Options{})
	if err != nil {
		return 0, err
	}
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	err = rows.Update(func(tx *store.Tx) error {
		for i := range rules {
			group := fmt.Sprintf("service:other-%d", i)
			if i < match {
				group = "service:web"
			}
			name := fmt.Sprintf("rule-%d", i)
			eventbridge.PutRule(tx, &eventbridge.Rule{
				Scope: scope, Bus: eventbridge.DefaultBus, Name: name,
				EventPattern: fmt.Sprintf(`{"source":["aws.ecs"],"detail-type":["ECS Task State Change"],"detail":{"group":[%q],"lastStatus":["RUNNING"]}}`, group),
			})
			eventbridge.PutTarget(tx, &eventbridge.Target{
				Scope: scope, Bus: eventbridge.DefaultBus, Rule: name, Target: types.Target{Id: aws.String("t"), Arn: aws.String(target)},
			})
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	now := clock.New(clock.Options{})
	defer now.Close()
	router, tx := &routing.Router{Clock: now}, rows.Read()
	began := time.Now()
	for range times {
		made, err := router.Match(tx, routing.Event{Scope: scope, Bus: eventbridge.DefaultBus, JSON: taskEvent})
		if err != nil || len(made) != match {
			return 0, fmt.Errorf("%d rules match: %w", len(made), err)
		}
	}
	return float64(time.Since(began).Microseconds()) / times, nil
}
