package target

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

const bus = "arn:aws:events:us-east-1:111122223333:event-bus/other"

func TestEventsArePassedOnOnce(t *testing.T) {
	const event = `{"version":"0","id":"x","detail-type":"<a>","source":"s","account":"1","time":"2026-01-02T03:04:05Z","region":"us-east-1","resources":[],"detail":{"b":1.0}}`
	targets, aws := sentTo(t, nil)
	got := ""
	targets.Route = func(scope arn.Scope, bus, event string, passed delivery.Passed) error {
		got = fmt.Sprintf("%s %s %t %t %s", scope.Region, bus, passed.Within, passed.Abroad, event)
		return nil
	}
	d := of(bus, event)
	if becomes(t, targets, d, delivery.Sent, "", ""); got != "us-east-1 other true false "+event {
		t.Errorf("passed on: %s", got)
	}
	abroad := of("arn:aws:events:eu-west-1:111122223333:event-bus/far", event)
	becomes(t, targets, abroad, delivery.Sent, "", "")
	want := regexp.MustCompile(`^eu-west-1 far false true \{"version":"0","id":"[0-9a-f-]{36}","detail-type":"<a>","source":"s","account":"1","time":"2031-05-01T12:00:00Z","region":"us-east-1","resources":\[\],"detail":\{"b":1\.0\}\}$`)
	if !want.MatchString(got) {
		t.Errorf("passed on into another region: %s", got)
	}
	d.Passed.Abroad, abroad.Passed.Within = true, true // the other way before
	if becomes(t, targets, d, delivery.Sent, "", ""); got != "us-east-1 other true true "+event {
		t.Errorf("passed on within the Region to which it has come: %s", got)
	}
	if becomes(t, targets, abroad, delivery.Sent, "", ""); !strings.HasPrefix(got, "eu-west-1 far true true ") {
		t.Errorf("passed on into another Region after one hop within: %s", got)
	}
	got, d.Passed, abroad.Passed = "", delivery.Passed{Within: true}, delivery.Passed{Abroad: true}
	becomes(t, targets, d, delivery.Final, "THIRD_ACCOUNT_HOP_DETECTED", "Event ingestion rejected for event x because an event can be sent to an event bus target only once. "+
		"This event was previously delivered to an event bus target.")
	becomes(t, targets, abroad, delivery.Final, "THIRD_REGION_HOP_DETECTED", "Unknown exception.")
	if got != "" {
		t.Errorf("passed on again: %s", got)
	}
	targets.Route = func(arn.Scope, string, string, delivery.Passed) error { return errors.New("disk full") }
	d.Passed = delivery.Passed{}
	becomes(t, targets, d, delivery.Retry, "INTERNAL_ERROR", "disk full")
	aws.gets(t)
}

func TestASchedulePutsAnEvent(t *testing.T) {
	targets, aws := sentTo(t, nil)
	d := ofSchedule(bus, `{"a":1}`)
	d.EventSource, d.DetailType, d.RoleARN = "shop", "Order", role
	becomes(t, targets, d, delivery.Sent, "", "")
	aws.gets(t, `PutEvents us-east-1/events `+session+` {"Entries":[{"Detail":"{\"a\":1}","DetailType":"Order","EventBusName":"`+bus+`","Source":"shop"}]}`)
	aws.answers = map[string]string{"PutEvents": `200 {"FailedEntryCount":1,"Entries":[{"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}]}`}
	becomes(t, targets, d, delivery.Final, "INVALID_PARAMETER", "MalformedDetail: Detail is malformed.")
}
