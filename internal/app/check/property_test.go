package check_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
	document "github.com/ecs-emulator/ecs-emulator/internal/base/sdk"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// TestTheAPIRefusesWhatIsFound makes random requests of known members, and holds what is found
// against what an emulator answers, both ways.
func TestTheAPIRefusesWhatIsFound(t *testing.T) {
	srv := emulator.Start(t, emulator.Options{Engine: "sim"})
	instance := `{"totalResources":[{"name":"CPU","type":"INTEGER","integerValue":4096},{"name":"MEMORY","type":"INTEGER","integerValue":8192}]}`
	if answer := post(t, srv.URL(), "RegisterContainerInstance", []byte(instance)); answer != "" {
		t.Fatal(answer)
	}
	makeProvider(t, srv)
	// Checking takes it that the cluster of the user has a namespace.
	if answer := post(t, srv.URL(), "UpdateCluster", []byte(`{"cluster": "default", "serviceConnectDefaults": {"namespace": "a"}}`)); answer != "" {
		t.Fatal(answer)
	}
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		family := fmt.Sprintf("f%d", n)
		base := bases[rapid.IntRange(0, len(bases)-1).Draw(t, "base")]
		files := map[string][]byte{
			"RegisterTaskDefinition": changed[sdk.RegisterTaskDefinitionInput](t, base.definition, family, "family"),
			"RunTask":                changed[sdk.RunTaskInput](t, strings.Replace(base.request, "{", `{"count": 1,`, 1), family, "taskDefinition"),
			"CreateService":          changed[sdk.CreateServiceInput](t, strings.Replace(base.request, "{", `{"desiredCount": 0,`, 1), family, "taskDefinition", "serviceName"),
		}
		if agree(t, srv.URL(), files, "RegisterTaskDefinition") == "" {
			agree(t, srv.URL(), files, "RunTask")
			agree(t, srv.URL(), files, "CreateService")
			agreeOnUpdate(t, srv.URL(), files["RegisterTaskDefinition"], family)
		}
	})
}

// makeProvider has the default cluster have a capacity provider, a, of an Auto Scaling group.
func makeProvider(t *testing.T, srv *emulator.Server) {
	t.Helper()
	groups := autoscaling.NewFromConfig(srv.Config())
	_, err := groups.CreateLaunchConfiguration(t.Context(), &autoscaling.CreateLaunchConfigurationInput{
		LaunchConfigurationName: aws.String("a"), ImageId: aws.String("ami-0ec5e3a1a70000001"), InstanceType: aws.String("t3.micro"),
	})
	if err == nil {
		_, err = groups.CreateAutoScalingGroup(t.Context(), &autoscaling.CreateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("a"), LaunchConfigurationName: aws.String("a"), AvailabilityZones: []string{"us-east-1a"},
			MinSize: aws.Int32(0), MaxSize: aws.Int32(0),
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range []struct{ operation, input string }{
		{"CreateCapacityProvider", `{"name": "a", "autoScalingGroupProvider": {"autoScalingGroupArn": "a", "managedScaling": {"status": "ENABLED"}}}`},
		{"PutClusterCapacityProviders", `{"cluster": "default", "capacityProviders": ["FARGATE", "FARGATE_SPOT", "a"], "defaultCapacityProviderStrategy": []}`},
	} {
		if answer := post(t, srv.URL(), each.operation, []byte(each.input)); answer != "" {
			t.Fatal(answer)
		}
	}
}

// agreeOnUpdate makes services of each kind that there can be of a task definition. An update is found
// fault with if all of them refuse it, and beside a file that makes one of them, if that one does.
func agreeOnUpdate(t *rapid.T, url string, definition []byte, family string) {
	update := updated(t, family)
	body, _ := json.Marshal(update)
	taken, kinds := false, 0
	for i, kind := range kindsOfServices(definition, update["capacityProviderStrategy"]) {
		kind["serviceName"], kind["taskDefinition"] = fmt.Sprintf("%s-%d", family, i), family
		made, _ := json.Marshal(kind)
		if post(t, url, "CreateService", made) != "" {
			continue // there is no such service
		}
		kinds++
		if update["deploymentController"] != nil && kind["schedulingStrategy"] == "REPLICA" {
			awaitDeployment(t, url, fmt.Sprint(kind["serviceName"])) // without which the controller stays
		}
		update["service"] = kind["serviceName"]
		one, _ := json.Marshal(update)
		answer := post(t, url, "UpdateService", one)
		if found := refusalsOf("UpdateService", definition, made, one); (answer != "") != (found != "") {
			t.Fatalf("UpdateService answers %q, and found is\n%s\nof\n%s\n%s\n%s", answer, found, definition, made, one)
		}
		taken = taken || answer == ""
		if refused := post(t, url, "DeleteService", fmt.Appendf(nil, `{"service": %q, "force": true}`, kind["serviceName"])); refused != "" {
			t.Fatal(refused)
		}
	}
	found := refusalsOf("UpdateService", definition, body)
	others := update["taskDefinition"] == nil // services that have another definition
	if taken && found != "" || !taken && found == "" && kinds > 0 && !others {
		t.Fatalf("UpdateService is taken: %v, and found is\n%s\nof\n%s\n%s", taken, found, definition, body)
	}
}

// awaitDeployment waits until the deployment of a service that wants no task has COMPLETED.
func awaitDeployment(t *rapid.T, url, service string) {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		status, answer := call(t, url, "DescribeServices", fmt.Appendf(nil, `{"services": [%q]}`, service))
		switch {
		case status != http.StatusOK || time.Now().After(deadline):
			t.Fatalf("the deployment has not ended: %s", answer)
		case strings.Contains(answer, `"rolloutState":"COMPLETED"`):
			return
		}
	}
}

// updated is the input of an update, which may be about the task definition. A grace period
// depends on a load balancer; TestUpdateService has it.
func updated(t *rapid.T, family string) map[string]any {
	update := map[string]any{}
	if err := json.Unmarshal(changed[sdk.UpdateServiceInput](t, `{}`, "a", "service"), &update); err != nil {
		t.Fatal(err)
	}
	delete(update, "taskDefinition")
	delete(update, "healthCheckGracePeriodSeconds")
	if n, _ := update["desiredCount"].(float64); n > 1 && n < 5000 {
		update["desiredCount"] = 0 // no task has to start
	}
	if rapid.Bool().Draw(t, "of the definition") {
		update["taskDefinition"] = family
	}
	item := func(provider string, weight, base int) map[string]any {
		return map[string]any{"capacityProvider": provider, "weight": weight, "base": base}
	}
	strategies := [][]any{
		nil, nil, {}, {item("FARGATE", 1, 1)}, {item("FARGATE", 0, 0)}, {item("FARGATE", 1, 1), item("FARGATE_SPOT", 1, 1)},
		{item("a", 1, 0)}, {item("a", 0, 0)}, {item("a", 1, 0), item("FARGATE", 1, 0)}, {item("fargate-a", 1, 0)},
	}
	if strategy := rapid.SampledFrom(strategies).Draw(t, "strategy"); strategy != nil {
		update["capacityProviderStrategy"] = strategy
	}
	return update
}

// kindsOfServices are inputs of CreateService, some of which a definition does not suit.
func kindsOfServices(definition []byte, strategy any) (kinds []map[string]any) {
	var def sdk.RegisterTaskDefinitionInput
	_ = json.Unmarshal(definition, &def) // which has been registered
	for _, on := range []map[string]any{{"launchType": "EC2"}, {"launchType": "FARGATE"}, {"launchType": "EXTERNAL"}, {"capacityProviderStrategy": strategy}} {
		for _, scheduling := range []string{"REPLICA", "DAEMON"} {
			for _, rebalancing := range []string{"DISABLED", "ENABLED"} {
				kind := maps.Clone(on)
				kind["schedulingStrategy"], kind["availabilityZoneRebalancing"] = scheduling, rebalancing
				if scheduling == "REPLICA" {
					kind["desiredCount"] = 0
				}
				if def.NetworkMode == "awsvpc" {
					kind["networkConfiguration"] = map[string]any{"awsvpcConfiguration": map[string]any{"subnets": []string{"subnet-0ec5e3a1a70000001"}}}
				}
				for _, v := range def.Volumes {
					if v.ConfiguredAtLaunch != nil && *v.ConfiguredAtLaunch {
						kind["volumeConfigurations"] = []any{map[string]any{"name": v.Name, "managedEBSVolume": map[string]any{"sizeInGiB": 10, "roleArn": "arn:aws:iam::000000000000:role/a"}}}
					}
				}
				kinds = append(kinds, kind)
			}
		}
	}
	return kinds
}

// refusalsOf are those that are found of an operation in files.
func refusalsOf(operation string, texts ...[]byte) string {
	var files []check.File
	for i, text := range texts {
		files = append(files, check.File{Name: fmt.Sprint(i), Text: text})
	}
	var found []string
	for _, f := range (check.Options{}).Files(files) {
		if f.Effect == check.Refused && f.Operation == operation {
			found = append(found, fmt.Sprintf("%+v", f))
		}
	}
	return strings.Join(found, "\n")
}

// bases are definitions, and what requests say that use them.
var bases = []struct{ definition, request string }{
	{
		`{"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512", "containerDefinitions": [{"name": "a", "image": "a"}]}`,
		`{"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}}}`,
	},
	{`{"requiresCompatibilities": ["EC2"], "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]}`, `{"launchType": "EC2"}`},
}

// agree holds what is found in the input of an operation, and in the task definition that it uses,
// against the answer of the API, which it returns.
func agree(t *rapid.T, url string, files map[string][]byte, operation string) string {
	list := []check.File{{Name: "RegisterTaskDefinition", Text: files["RegisterTaskDefinition"]}}
	uses := operation != "RegisterTaskDefinition"
	if uses {
		list = append(list, check.File{Name: operation, Text: files[operation]})
	}
	var found []string
	for _, f := range (check.Options{}).Files(list) {
		if f.Effect == check.Refused && uses == (f.Operation != "RegisterTaskDefinition") {
			found = append(found, fmt.Sprintf("%+v", f))
		}
	}
	answer := post(t, url, operation, files[operation])
	if (answer != "") != (len(found) > 0) {
		t.Fatalf("%s answers %q, and found is\n%s\nof\n%s\n%s", operation, answer, strings.Join(found, "\n"), files["RegisterTaskDefinition"], files[operation])
	}
	return answer
}

// post calls an operation and returns the refusal, empty if there is none.
func post(t interface {
	Helper()
	Fatal(...any)
}, url, operation string, body []byte) string {
	t.Helper()
	status, answer := call(t, url, operation, body)
	if status == http.StatusOK {
		return ""
	}
	return answer
}

// call calls an operation and returns its HTTP status and its answer.
func call(t interface {
	Helper()
	Fatal(...any)
}, url, operation string, body []byte) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113."+operation)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// changed is an input with a few members more or other values, and a name in some of them.
func changed[T any](t *rapid.T, base, name string, named ...string) []byte {
	var input map[string]any
	if err := json.Unmarshal([]byte(base), &input); err != nil {
		t.Fatal(err)
	}
	typ := reflect.TypeFor[T]()
	for range rapid.IntRange(0, 4).Draw(t, typ.Name()) {
		change(t, input, typ)
	}
	for _, member := range named {
		input[member] = name
	}
	text, err := json.MarshalIndent(input, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// left are members that refer to what has to be there, or that decide on which launch type a
// definition is looked at.
var left = []string{"alarmNames", "capacityProviderStrategy", "clientToken", "cluster", "launchType", "loadBalancers", "namespace", "requiresCompatibilities", "role", "roleArn"}

// change gives a structure another value of one of its members.
func change(t *rapid.T, in map[string]any, typ reflect.Type) {
	members := map[string]reflect.Type{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name := strings.ToLower(f.Name[:1]) + f.Name[1:]
		if f.IsExported() && f.Name != "ResultMetadata" && f.Type.Kind() != reflect.Interface && f.Type != reflect.TypeFor[document.Document]() && !slices.Contains(left, name) {
			members[name] = f.Type
		}
	}
	if len(members) == 0 {
		return
	}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(members))).Draw(t, typ.Name())
	in[name] = value(t, in[name], members[name])
}

func value(t *rapid.T, was any, typ reflect.Type) any {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ == reflect.TypeFor[time.Time]():
		return 1
	case typ.Kind() == reflect.Struct:
		in, ok := was.(map[string]any)
		if !ok {
			in = map[string]any{}
		}
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			change(t, in, typ)
		}
		return in
	case typ.Kind() == reflect.Slice:
		items, _ := was.([]any)
		if n := len(items); n > 0 && rapid.Bool().Draw(t, "same item") {
			items[n-1] = value(t, items[n-1], typ.Elem())
			return items
		}
		return append(items, value(t, nil, typ.Elem()))
	case typ.Kind() == reflect.Map:
		return map[string]any{"a": "b"}
	case typ.Kind() == reflect.Bool:
		return rapid.Bool().Draw(t, "bool")
	case typ.Kind() == reflect.String:
		texts := []string{"a", "b", "", "web", "256", "512", "/a", "1-9", "arn:aws:iam::000000000000:role/a", "arn:aws:s3:::a/b"}
		if values, ok := typ.MethodByName("Values"); ok {
			texts = []string{"none of them"}
			list := values.Func.Call([]reflect.Value{reflect.Zero(typ)})[0]
			for i := range list.Len() {
				texts = append(texts, list.Index(i).String())
			}
		}
		return rapid.SampledFrom(texts).Draw(t, "text")
	}
	return rapid.SampledFrom([]int{-1, 0, 1, 2, 10, 80, 256, 512, 70000}).Draw(t, "number")
}
