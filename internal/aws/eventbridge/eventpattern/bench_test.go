package eventpattern_test

import (
	"fmt"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
)

// stopped is the event of a task that has stopped.
const stopped = `{"version":"0","id":"3317b2af-7005-947d-b652-f55e762e571a","detail-type":"ECS Task State Change","source":"aws.ecs",
"account":"111122223333","time":"2026-01-23T17:57:58Z","region":"us-west-2",
"resources":["arn:aws:ecs:us-west-2:111122223333:task/shop/c13b4cb40f1f4fe4a2971f76ae5a47ad"],
"detail":{"attachments":[{"id":"1789bcae-ddfb-4d10-8ebe-8ac87ddba5b8","type":"eni","status":"DELETED","details":[
{"name":"subnetId","value":"subnet-abcd1234"},{"name":"networkInterfaceId","value":"eni-abcd1234"},
{"name":"macAddress","value":"0a:98:eb:a7:29:ba"},{"name":"privateIPv4Address","value":"10.0.0.139"}]}],
"availabilityZone":"us-west-2c","clusterArn":"arn:aws:ecs:us-west-2:111122223333:cluster/shop",
"containers":[{"containerArn":"arn:aws:ecs:us-west-2:111122223333:container/shop/c13b4cb40f1f4fe4a2971f76ae5a47ad/cf159fd6-3e3f-4a9e-84f9-66cbe726af01",
"exitCode":137,"lastStatus":"STOPPED","name":"web","image":"nginx:latest","runtimeId":"ad64cbc71c7fb31c55507ec24c9f77947132b03d48d9961115cf24f3b7307e1e","taskArn":"arn:aws:ecs:us-west-2:111122223333:task/shop/c13b4cb40f1f4fe4a2971f76ae5a47ad",
"networkInterfaces":[{"attachmentId":"1789bcae-ddfb-4d10-8ebe-8ac87ddba5b8","privateIpv4Address":"10.0.0.139"}],"cpu":"0"}],
"createdAt":"2026-01-23T17:57:34.402Z","launchType":"FARGATE","cpu":"256","memory":"512","desiredStatus":"STOPPED","group":"service:web",
"lastStatus":"STOPPED","overrides":{"containerOverrides":[{"name":"web"}]},"connectivity":"CONNECTED","connectivityAt":"2026-01-23T17:57:38.453Z",
"pullStartedAt":"2026-01-23T17:57:52.103Z","startedAt":"2026-01-23T17:57:54.103Z","startedBy":"ecs-svc/123","stoppedAt":"2026-01-23T17:57:58.103Z",
"stoppingAt":"2026-01-23T17:57:55.103Z","pullStoppedAt":"2026-01-23T17:57:53.103Z","stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited",
"updatedAt":"2026-01-23T17:57:58.103Z","taskArn":"arn:aws:ecs:us-west-2:111122223333:task/shop/c13b4cb40f1f4fe4a2971f76ae5a47ad",
"taskDefinitionArn":"arn:aws:ecs:us-west-2:111122223333:task-definition/web:1","version":4,"platformVersion":"1.4.0"}}`

// BenchmarkMatch100Rules matches one event, from its JSON on, against 100 rules without an index; 5 match. The goal
// is 20 µs.
func BenchmarkMatch100Rules(b *testing.B) {
	var patterns []*eventpattern.Pattern
	for i := range 100 {
		text := fmt.Sprintf(`{"source":["aws.ecs"],"detail-type":["ECS Task State Change"],"detail":{"group":["service:s%d"],"lastStatus":["STOPPED"],"stopCode":[{"anything-but":"UserInitiated"}]}}`, i)
		switch {
		case i%20 == 0:
			text = `{"source":["aws.ecs"],"detail":{"containers":{"exitCode":[{"numeric":[">",0]}],"name":[{"prefix":"w"}]},"clusterArn":[{"suffix":"/shop"}]}}`
		case i%3 == 0:
			text = fmt.Sprintf(`{"source":["aws.s3"],"detail-type":["Object Created"],"detail":{"bucket":{"name":["b%d"]},"object":{"key":[{"wildcard":"in/*.csv"}]}}}`, i)
		case i%4 == 0:
			text = fmt.Sprintf(`{"source":["shop.orders"],"detail":{"$or":[{"amount":[{"numeric":[">",%d]}]},{"express":[true]}]}}`, i)
		}
		p, err := eventpattern.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		patterns = append(patterns, p)
	}
	b.ReportAllocs()
	for b.Loop() {
		event, err := eventpattern.NewEvent(stopped)
		if err != nil {
			b.Fatal(err)
		}
		matched := 0
		for _, p := range patterns {
			if p.Matches(event) {
				matched++
			}
		}
		if matched != 5 {
			b.Fatal(matched, "match")
		}
	}
}

// BenchmarkMatchOne is the same against one rule: it is the cost of taking the event apart.
func BenchmarkMatchOne(b *testing.B) {
	p, err := eventpattern.Parse(`{"source":["aws.ecs"],"detail":{"lastStatus":["STOPPED"]}}`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		event, err := eventpattern.NewEvent(stopped)
		if err != nil || !p.Matches(event) {
			b.Fatal("no match", err)
		}
	}
}
