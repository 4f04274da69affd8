package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

// cloudWatch is the name of CloudWatch in the targets of AWS JSON and in the paths of Smithy RPC v2.
const cloudWatch = "GraniteServiceVersion20100801"

// measureAlarms has a client describe a hundred alarms over and over, by turns in CBOR, as today's
// SDK for Go does, and in JSON, as boto3 does.
func measureAlarms(ctx context.Context, b *bench) (err error) {
	const many = 100
	name := fmt.Sprintf("DescribeAlarms of %d in CBOR beside JSON", many)
	if !b.wanted("alarms/" + name) {
		return nil
	}
	p, err := b.startEmulator(name, emulatorSettings{engine: "sim"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := putAlarms(ctx, p, many); err != nil {
		return err
	}
	inJSON := alarmRequest("DescribeAlarms", `{"MaxRecords":100}`)
	inCBOR := rawhttp.SignedAt("/service/"+cloudWatch+"/operation/DescribeAlarms", "monitoring", []byte("\xbf\x6aMaxRecords\x18\x64\xff"),
		"Content-Type: application/cbor", "Smithy-Protocol: rpc-v2-cbor")
	var cbor, json []requestload.Load
	for round := range b.rounds + 1 {
		var both [2]requestload.Load
		for i, request := range [][]byte{inCBOR, inJSON} {
			if both[i], err = b.driveAlone(ctx, p, request); err != nil {
				return err
			}
		}
		if round > 0 { // the first warms up
			cbor, json = append(cbor, both[0]), append(json, both[1])
		}
	}
	var slower []float64
	for i := range cbor {
		slower = append(slower, json[i].Rate/cbor[i].Rate)
	}
	b.report.add(row{name: name, figure: rateAndTail(cbor), reference: rateAndTail(json), ratio: median(slower), goal: atMost(1.5, "")})
	return nil
}

// driveAlone has one client send a request over and over.
func (b *bench) driveAlone(ctx context.Context, p *process, request []byte) (requestload.Load, error) {
	list, err := b.senders(ctx, p, 1)
	if err != nil {
		return requestload.Load{}, err
	}
	defer closeAll(list)
	return requestload.Drive(list, request, requestload.Extent{Time: max(b.burst/2, 100*time.Millisecond)})
}

// putAlarms makes alarms, and looks whether they are all described.
func putAlarms(ctx context.Context, p *process, many int) error {
	c, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	for i := range many {
		if err := c.Exchange(alarmRequest("PutMetricAlarm", fmt.Sprintf(`{"AlarmName":"alarm-%d","Namespace":"AWS/ECS","MetricName":"CPUUtilization",`+
			`"Dimensions":[{"Name":"ClusterName","Value":"shop"},{"Name":"ServiceName","Value":"web"}],"Statistic":"Average","Period":60,`+
			`"EvaluationPeriods":3,"Threshold":80,"ComparisonOperator":"GreaterThanThreshold","AlarmActions":["arn:aws:sns:us-east-1:000000000000:pager"]}`, i))); err != nil {
			return err
		}
	}
	_, body, err := c.Fetch(alarmRequest("DescribeAlarms", `{"MaxRecords":100}`))
	if n := bytes.Count(body, []byte(`"AlarmName"`)); err == nil && n != many {
		return fmt.Errorf("%d alarms are described", n)
	}
	return err
}

func alarmRequest(operation, payload string) []byte {
	return rawhttp.Signed("monitoring", []byte(payload), "Content-Type: application/x-amz-json-1.0", "X-Amz-Target: "+cloudWatch+"."+operation)
}
