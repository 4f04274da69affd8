package scheduler_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// No request is answered with an error on our side, and each answer is JSON.
func FuzzRequests(f *testing.F) {
	const whole = `{"ScheduleExpression":"cron(0 3 ? * MON#1 *)","ScheduleExpressionTimezone":"Europe/Berlin","StartDate":4070908800.5,"FlexibleTimeWindow":{"Mode":"FLEXIBLE","MaximumWindowInMinutes":5},` +
		`"Target":{"Arn":"arn:aws:ecs:us-east-1:000000000000:cluster/c","RoleArn":"arn:aws:iam::000000000000:role/r","Input":"{}","RetryPolicy":{"MaximumRetryAttempts":1},` +
		`"EcsParameters":{"TaskDefinitionArn":"arn:aws:ecs:us-east-1:000000000000:task-definition/t","CapacityProviderStrategy":[{"capacityProvider":"p","base":1}],"Tags":[{"key":"k"}],` +
		`"NetworkConfiguration":{"awsvpcConfiguration":{"Subnets":["s"]}},"PlacementStrategy":[{"type":"spread","field":"f"}]}}}`
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH"} {
		f.Add(method, "/schedules/s", "groupName=default&clientToken=t", whole)
		f.Add(method, "/schedule-groups/g", "", `{"Tags":[{"Key":"k","Value":"v"}]}`)
		f.Add(method, "/schedules", "ScheduleGroup=g&NamePrefix=s&State=ENABLED&MaxResults=1&NextToken=x", "")
		f.Add(method, "/schedule-groups", "MaxResults=a&MaxResults=b", "[]")
		f.Add(method, "/tags/arn%3Aaws%3Ascheduler%3Aus-east-1%3A000000000000%3Aschedule-group%2Fg", "TagKeys=a&TagKeys=b", `{"Tags":null}`)
	}
	f.Add("POST", "/schedules/s", "", strings.Replace(whole, "arn:aws:ecs:us-east-1:000000000000:cluster/c", "arn:aws:scheduler:::aws-sdk:ecs:runTask", 1))
	s, err := state.Open(store.Options{})
	if err != nil {
		f.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	handler := scheduler.New(scheduler.Options{Store: s, Now: func() time.Time { return now }}).Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		u, err := url.ParseRequestURI("/" + strings.TrimLeft(path, "/") + "?" + query)
		if err != nil {
			return // net/http refuses it
		}
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Method, r.URL = method, u
		handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError && w.Code != http.StatusNotImplemented || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %s answers %d %s", method, u, w.Code, w.Body)
		}
		name := "x-amzn-errortype" // as AWS writes it
		if refused := len(w.Header()[name]) > 0; refused != (w.Code != http.StatusOK) {
			t.Fatalf("%s %s answers %d with %v", method, u, w.Code, w.Header())
		}
	})
}
