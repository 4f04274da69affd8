package eventbridge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

func entry(source, detail string) types.PutEventsRequestEntry {
	return types.PutEventsRequestEntry{Source: &source, DetailType: text("control"), Detail: &detail}
}

func TestEntriesAreJudgedOneByOne(t *testing.T) {
	s := newScene(t)
	elsewhere := entry("shop", "{}")
	elsewhere.EventBusName = text("missing")
	out := apitest.OK(t, s.PutEvents, &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		entry("shop", "{}"), entry("shop", "{"), elsewhere, entry("aws.iam", "{}"), entry("shop", "[]"), {DetailType: text("t"), Detail: text("{}")},
		{Source: text("shop"), Detail: text("{}")}, {Source: text("shop"), DetailType: text("t")}, entry("shop", strings.Repeat(`{"a":`, 1001)+"1"+strings.Repeat("}", 1001)),
	}})
	want := []string{
		"", "MalformedDetail: Detail is malformed.", "", "NotAuthorizedForSourceException: Not authorized for the source.", "MalformedDetail: Detail is malformed.",
		"InvalidArgument: Parameter Source is not valid. Reason: Source is a required argument.",
		"InvalidArgument: Parameter DetailType is not valid. Reason: DetailType is a required argument.",
		"InvalidArgument: Parameter Detail is not valid. Reason: Detail is a required argument.",
		"MalformedDetail: Detail is malformed.",
	}
	for i, e := range out.Entries {
		got := ""
		if e.ErrorCode != nil {
			got = *e.ErrorCode + ": " + *e.ErrorMessage
		}
		if got != want[i] || (e.EventId == nil) == (got == "") {
			t.Errorf("%d: %s, %s; want %s", i, got, aws.ToString(e.EventId), want[i])
		}
	}
	if out.FailedEntryCount != 7 || len(s.routed) != 1 {
		t.Errorf("%d failed, routed %q", out.FailedEntryCount, s.routed)
	}
}

func TestEventsThatArePut(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("orders")})
	e := entry("shop", "{ \"price\": 1e400, \"name\":\"<é>\", \"name\":\"b\" }")
	e.Time, e.Resources, e.EventBusName = aws.Time(time.Date(2020, 2, 29, 1, 2, 3, 9e8, time.UTC)), []string{"a", "b"}, text("arn:aws:events:eu-west-1:123456789012:event-bus/orders")
	plain := entry("shop", "{}")
	plain.TraceHeader = text("Root=1-5759e988-bd862e3fe1be46a994272793")
	out := apitest.OK(t, s.PutEvents, &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{e, plain}})
	want := []string{
		`arn:aws:events:eu-west-1:123456789012:event-bus/orders {"version":"0","id":"` + *out.Entries[0].EventId + `","detail-type":"control","source":"shop",` +
			`"account":"123456789012","time":"2020-02-29T01:02:03Z","region":"eu-west-1","resources":["a","b"],"detail":{"price":1e400,"name":"<é>","name":"b"}}`,
		`arn:aws:events:eu-west-1:123456789012:event-bus/default {"version":"0","id":"` + *out.Entries[1].EventId + `","detail-type":"control","source":"shop",` +
			`"account":"123456789012","time":"2026-11-20T12:00:00Z","region":"eu-west-1","resources":[],"detail":{}}`,
	}
	if strings.Join(s.routed, "\n") != strings.Join(want, "\n") {
		t.Errorf("routed\n%s\nwant\n%s", strings.Join(s.routed, "\n"), strings.Join(want, "\n"))
	}
}

func TestEntriesThatAreTooMuch(t *testing.T) {
	s := newScene(t)
	detail := func(size int) string { return `{"a":"` + strings.Repeat("x", size-len(`{"a":""}`)) + `"}` }
	rest := len("shop") + len("control")
	apitest.OK(t, s.PutEvents, &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry("shop", detail(1<<20-rest))}})
	apitest.Refused(t, s.PutEvents, &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry("shop", detail(1<<20-rest+1))}},
		"ValidationException", "Total size of the entries in the request is over the limit.")
	if _, err := s.PutEvents(t.Context(), &sdk.PutEventsInput{Entries: make([]types.PutEventsRequestEntry, 11)}); err == nil ||
		!strings.Contains(err.Error(), "'entries' failed to satisfy constraint: Member must have length less than or equal to 10") {
		t.Errorf("eleven: %v", err)
	}
}

func TestPatternsAreTested(t *testing.T) {
	s := newScene(t)
	const envelope = `{"id":"1","account":"2","source":"shop","time":"2026-11-20T12:00:00Z","region":"r","detail-type":"t"`
	for event, want := range map[string]bool{envelope + "}": true, strings.Replace(envelope, "shop", "bank", 1) + `,"detail":{}}`: false} {
		if got := apitest.OK(t, s.TestEventPattern, &sdk.TestEventPatternInput{EventPattern: text(pattern), Event: &event}); got.Result != want {
			t.Errorf("%s: %t", event, got.Result)
		}
	}
	for event, want := range map[string]string{
		"": "Parameter Event is not valid.", "[]": "Parameter Event is not valid.", "null": "Parameter Event is not valid.", `{"source":"shop"}`: "Parameter Event is not valid.",
		strings.Replace(envelope, "2026-11-20T12:00:00Z", "noon", 1) + "}": "Parameter Event is not valid. Reason: Invalid time.",
	} {
		apitest.Refused(t, s.TestEventPattern, &sdk.TestEventPatternInput{EventPattern: text(pattern), Event: &event}, "ValidationException", want)
	}
	apitest.Refused(t, s.TestEventPattern, &sdk.TestEventPatternInput{EventPattern: text("[]"), Event: text("{}")},
		"InvalidEventPatternException", "Event pattern is not valid. Reason: Filter is not an object\n at [Source: (String)\"[]\"; line: 1, column: 2]")
}
