package routing_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/routing"
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

// BenchmarkGoalMatch100Rules finds the rules of a bus for one event, again and again: 5 of 100 match.
func BenchmarkGoalMatch100Rules(b *testing.B) {
	const times = 5_000
	w := newWorld(b)
	for i := range 100 {
		group := fmt.Sprintf("service:s%d", i)
		if i%20 == 0 {
			group = "service:web"
		}
		w.rule(fmt.Sprintf("r%d", i), fmt.Sprintf(`{"source":["aws.ecs"],"detail-type":["ECS Task State Change"],"detail":{"group":[%q],"lastStatus":["RUNNING"]}}`, group))
	}
	tx, e := w.Read(), routing.Event{Scope: scope, Bus: "default", JSON: taskEvent}
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		for range times {
			made, err := w.router.Match(tx, e)
			if err != nil || len(made) != 5 {
				b.Fatal(len(made), err)
			}
		}
		b.ReportMetric(float64(time.Since(began).Nanoseconds())/1000/times, "µs≤20")
	}
}
