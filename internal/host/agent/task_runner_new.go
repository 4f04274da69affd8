package agent

import (
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/place"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/taskspec"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/publication"
)

func newTaskRunner(h *host, t *state.Task) *taskRunner {
	w := &taskRunner{
		host: h, task: t, images: map[int]imagepull.Found{}, looks: map[int]int{}, cuts: map[plan.Resource]func(){},
		misfits: map[int]backend.Image{}, stopping: map[int]stopping{},
		publication: publication.Task{Shown: t.Status.LastStatus, Stop: t.Stop != nil},
	}
	stop := t.Stop
	if h.cutFromStore(t, stop) {
		stop = nil
	}
	status := t.Status.Clone()
	w.view = plan.NewView(&status, stop, !t.Spec.HasInterface())
	if t.Stop == nil && status.End != nil { // found before a restart
		w.view.Stop = status.End
		w.publication.Touch()
		w.publication.Ending = true
	}
	w.maker = taskspec.Maker{
		Task: t, View: &w.view, OnInstance: !t.OnFargate(), Volumes: h.Volumes,
		Endpoints: h.agent.Endpoints, Variables: h.agent.Variables, MakesVolume: h.agent.MakesVolume,
	}
	w.view.CreatedAt, w.view.Targets.Wanted = t.Spec.CreatedAt, t.Spec.HasTraffic()
	w.takeTargets(t)
	w.view.StrictExec = h.agent.StrictExec
	if fault := h.agent.ExecAgentFault; fault != nil {
		w.view.Exec = func(container string) execagent.Effect { return fault(t, container) }
	}
	if w.instance = h.containerInstance(t); w.instance == nil {
		w.view.Delays = h.agent.Delays
	} else {
		w.on = w.instance.Place()
		w.on.Since = status.InstanceSince
	}
	definition := taskdefinition.Find(h.agent.Store.Read(), t.Scope(), t.Spec.Family, t.Spec.Revision)
	err := errors.New("the task definition is gone")
	if definition != nil {
		d := definition.Definition()
		var resolved taskdef.Resolved
		resolved, err = taskdef.ReapplyOverrides(d, t.Spec.Overrides, t.Spec.LaunchType)
		containers := firelens.WithRouter(containerspec.WithLinks(resolved.Containers))
		w.view.Definitions, w.maker.Platform = place.WithProxy(containers, t), containerspec.Platform(d)
		w.view.Proxy = t.ProxyName()
		w.view.Volumes = plan.MountedVolumes(plan.WithSocket(d.Volumes, containers), containers)
		w.view.Bridge, w.maker.Router = t.Spec.NetworkMode == types.NetworkModeBridge, h.routerTask(t)
		w.view.SetResources(w.instance == nil)
		w.maker.Shares = containerspec.Namespaces{PID: d.PidMode, IPC: d.IpcMode}
		if w.view.AdoptExecAgents(t.Spec, d.PidMode) {
			w.publication.Touch()
		}
		for i := range w.view.Definitions {
			_, logs := w.awslogsOf(i)
			w.view.State(plan.Container(i)).Logless = logs && w.instance == nil && w.view.Status.Containers[i].StartedAt.IsZero()
		}
		w.maker.Size = containerspec.NewSize(resolved.CPU, resolved.Memory, resolved.Containers)
	}
	if err != nil { // cannot be: it was accepted when the task was made
		w.fail("TaskStateError: " + err.Error())
		w.skipAll()
	} else if stop == nil && plan.InCircle(w.view.Definitions) {
		w.suffers(state.Trouble{Kind: state.TroubleDependency, Text: "its containers wait for each other in a circle"})
		w.fail("Task dependencies cannot be resolved, taskArn: " + t.ARN)
	}
	return w
}
