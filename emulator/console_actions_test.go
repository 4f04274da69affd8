package emulator_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Each action that TestActionsOfTheConsole leaves out does what its page says, whether or not access is checked: it is the
// account's root who calls.
func TestMoreActionsOfTheConsole(t *testing.T) {
	for _, mode := range []emulator.AccessMode{emulator.AccessOff, emulator.AccessLog, emulator.AccessEnforce} {
		t.Run(string(mode), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "capacity.json")
			if err := os.WriteFile(file, []byte(`{"instances": [{"cluster": "default", "instanceType": "m5.large"}]}`), 0o600); err != nil {
				t.Fatal(err)
			}
			w := start(t, emulator.Options{IAM: mode, UnknownRoles: true, CapacityFile: file})
			hook, instance, task := w.waitingHook(), w.onlyInstance(), w.serviceTask("web")
			started := w.srv.Clock().Now()
			protected := func() bool {
				out, err := w.client.GetTaskProtection(t.Context(), &ecs.GetTaskProtectionInput{Cluster: aws.String("default"), Tasks: []string{task}})
				w.must(err)
				return out.ProtectedTasks[0].ProtectionEnabled
			}
			status := func(wanted string) func() bool {
				return func() bool {
					out, err := w.client.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: []string{instance}})
					w.must(err)
					return *out.ContainerInstances[0].Status == wanted
				}
			}
			faults := func(n int) func() bool { return func() bool { return len(w.srv.Faults().List()) == n } }
			hooks := func(status types.DeploymentLifecycleHookStatus) func() bool {
				return func() bool { return w.shift(hook.deployment).LifecycleHookDetails[0].Status == status }
			}
			service, instances, tasks := "/services/default/web", "/instances/default/"+last(instance), "/tasks/default/"+last(task)
			for _, step := range []struct {
				path, action string
				fields       url.Values
				status       int
				text         string
				done         func() bool
			}{
				{instances, "UpdateContainerInstancesState", url.Values{"status": {"DRAINING"}}, 200, "Yes, drain it", status("ACTIVE")},
				{instances, "UpdateContainerInstancesState", url.Values{"status": {"DRAINING"}, "confirmed": {"yes"}}, 303, "", status("DRAINING")},
				{instances, "UpdateContainerInstancesState", url.Values{"status": {"BROKEN"}}, 400, "InvalidParameterException", status("DRAINING")},
				{instances, "UpdateContainerInstancesState", url.Values{"status": {"ACTIVE"}}, 303, "", status("ACTIVE")},
				{tasks, "UpdateTaskProtection", url.Values{"protectionEnabled": {"true"}, "expiresInMinutes": {"9999999"}}, 400, "InvalidParameterException", func() bool { return !protected() }},
				{tasks, "UpdateTaskProtection", url.Values{"protectionEnabled": {"true"}, "expiresInMinutes": {"30"}}, 303, "", protected},
				{tasks, "UpdateTaskProtection", url.Values{"protectionEnabled": {"false"}}, 303, "", func() bool { return !protected() }},
				{service, "ContinueServiceDeployment", url.Values{"serviceDeploymentArn": {hook.deployment}, "hookId": {"none"}, "hookAction": {"CONTINUE"}}, 400, "Exception", hooks(types.DeploymentLifecycleHookStatusAwaitingAction)},
				{service, "ContinueServiceDeployment", url.Values{"serviceDeploymentArn": {hook.deployment}, "hookId": {hook.id}, "hookAction": {"CONTINUE"}}, 303, "", hooks(types.DeploymentLifecycleHookStatusSucceeded)},
				{service, "StopServiceDeployment", url.Values{"serviceDeploymentArn": {hook.deployment}, "stopType": {"ROLLBACK"}}, 200, "Yes, roll back", func() bool {
					return w.shift(hook.deployment).Status == types.ServiceDeploymentStatusInProgress
				}},
				{service, "StopServiceDeployment", url.Values{"serviceDeploymentArn": {hook.deployment}, "stopType": {"ROLLBACK"}, "confirmed": {"yes"}}, 303, "", func() bool {
					return strings.HasPrefix(string(w.shift(hook.deployment).Status), "ROLLBACK_")
				}},
				{"/faults", "addFault", url.Values{"kind": {"pull"}, "image": {"elsewhere"}}, 303, "", faults(1)},
				{"/faults", "clearFaults", url.Values{"id": {"none"}}, 404, "No fault has the id none", faults(1)},
				{"/faults", "clearFaults", url.Values{"id": {"1"}}, 303, "", faults(0)},
				{"/clock", "advance", url.Values{"advance": {"1s"}}, 303, "", func() bool { return w.srv.Clock().Now().After(started) }},
				{"/clock", "setSpeed", url.Values{"speed": {"0"}}, 303, "", func() bool {
					return strings.Contains(w.consolePage("/clock"), "It stands still.")
				}},
			} {
				step.fields.Set("action", step.action)
				got, header, body := w.browse(http.MethodPost, consolePath+step.path, step.fields, nil)
				if got != step.status || !strings.Contains(body, step.text) {
					t.Errorf("%s %v: %d %s, want %d %s:\n%s", step.action, step.fields, got, header.Get("Location"), step.status, step.text, body)
				}
				w.eventually(step.action+" is done", step.done)
			}
		})
	}
}

func last(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

func (w *world) onlyInstance() (arn string) {
	w.Helper()
	w.eventually("there is a container instance", func() bool {
		out, err := w.client.ListContainerInstances(w.Context(), &ecs.ListContainerInstancesInput{})
		w.must(err)
		if len(out.ContainerInstanceArns) > 0 {
			arn = out.ContainerInstanceArns[0]
		}
		return arn != ""
	})
	return arn
}

func (w *world) serviceTask(service string) string {
	w.Helper()
	out, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: &service})
	w.must(err)
	return out.TaskArns[0]
}

func (w *world) shift(arn string) types.ServiceDeployment {
	w.Helper()
	out, err := w.client.DescribeServiceDeployments(w.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{arn}})
	w.must(err)
	return out.ServiceDeployments[0]
}

type waitingHook struct{ deployment, id string }

// waitingHook has the service web shift its traffic to another revision, and a hook of it wait.
func (w *world) waitingHook() waitingHook {
	w.Helper()
	began := w.srv.Clock().Now()
	_, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String("default"), ServiceName: aws.String("web"), TaskDefinition: w.registerServing(), DesiredCount: aws.Int32(1),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), LoadBalancers: w.twoGroups(), DeploymentConfiguration: &types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(5),
			LifecycleHooks: []types.DeploymentLifecycleHook{{
				TargetType: types.DeploymentLifecycleHookTargetTypePause, LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePostScaleUp},
				TimeoutConfiguration: &types.DeploymentLifecycleHookTimeoutConfiguration{TimeoutInMinutes: aws.Int32(10), Action: types.DeploymentLifecycleHookActionContinue},
			}},
		},
	})
	w.must(err)
	w.succeeds(began)
	began = w.deploysAgain(w.registerServing())
	var found waitingHook
	w.eventually("the hook waits", func() bool {
		d := w.reaches(types.ServiceDeploymentLifecycleStagePostScaleUp, began)
		if len(d.LifecycleHookDetails) == 1 && d.LifecycleHookDetails[0].Status == types.DeploymentLifecycleHookStatusAwaitingAction {
			found = waitingHook{*d.ServiceDeploymentArn, *d.LifecycleHookDetails[0].HookId}
		}
		return found.id != ""
	})
	return found
}
