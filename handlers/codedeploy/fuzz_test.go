package codedeploy_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// No request is answered with an error on our side, and each answer is JSON.
func FuzzRequests(f *testing.F) {
	const group = `{"applicationName":"a","deploymentGroupName":"g","serviceRoleArn":"arn:aws:iam::000000000000:role/r","deploymentStyle":{"deploymentType":"BLUE_GREEN"},` +
		`"ecsServices":[{"serviceName":"s"}],"loadBalancerInfo":{"targetGroupPairInfoList":[{"targetGroups":[{"name":"b"},{}],"prodTrafficRoute":{"listenerArns":["l"]}}]},` +
		`"alarmConfiguration":{"enabled":true,"alarms":[{}]},"autoRollbackConfiguration":{"events":["DEPLOYMENT_FAILURE"]},"tags":[{"Key":"k"}]}`
	const revision = `{"applicationName":"a","deploymentGroupName":"g","revision":{"revisionType":"String","string":{"content":"version: 0.0"},"s3Location":{"bundleType":"zip"}}}`
	s, err := state.Open(store.Options{})
	if err != nil {
		f.Fatal(err)
	}
	defer s.Close()
	service := codedeploy.New(codedeploy.Options{Store: s, Now: func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }, Runs: true}).Service()
	f.Add("CreateApplication", `{"applicationName":"a","computePlatform":"ECS"}`)
	for _, o := range service.Operations {
		for _, body := range []string{group, revision, "{}", `{"deploymentId":"d-123456789","targetId":"c:s","status":"Failed"}`, `{"ResourceArn":"arn:aws:codedeploy:us-east-1:000000000000:application:a"}`} {
			f.Add(o.Name, body)
		}
	}
	handler := service.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	f.Fuzz(func(t *testing.T, operation, body string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "CodeDeploy_20141006."+operation)
		handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError && w.Code != http.StatusNotImplemented || w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %s answers %d %s", operation, body, w.Code, w.Body)
		}
	})
}
