package metadata

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// introspectionPort is where the container agent tells of itself and of its tasks on a container
// instance. A request names it in the Host header.
// Source: Amazon ECS container agent; ECS developer guide, container agent introspection.
const introspectionPort = ":51678"

// agentMetadata is the container agent of an instance.
type agentMetadata struct {
	Cluster              string
	ContainerInstanceArn string
	Version              string
}

// agentTasks and the next two are the tasks of a container instance, with members in the agent's order.
type agentTasks struct{ Tasks []agentTask }

type agentTask struct {
	Arn           string
	DesiredStatus string `json:",omitempty"`
	KnownStatus   string
	Family        string
	Version       string
	Containers    []agentContainer
}

type agentContainer struct {
	DockerID     string `json:"DockerId"`
	DockerName   string
	Name         string
	Image        string
	ImageID      string
	CreatedAt    *time.Time `json:",omitempty"`
	StartedAt    *time.Time `json:",omitempty"`
	Ports        []Port     `json:",omitempty"`
	Networks     []Network  `json:",omitempty"`
	Volumes      []Volume   `json:",omitempty"`
	RestartCount *int       `json:",omitempty"`
}

// routeIntrospection has the paths at the port of the agent, for containers that have their network
// from a container instance. Source: amazon-ecs-agent.
func (a *api) routeIntrospection(r *mux.Router) {
	at := r.MatcherFunc(func(r *http.Request, _ *mux.RouteMatch) bool {
		return strings.HasSuffix(r.Host, introspectionPort) && a.instance(r) != ""
	}).Subrouter()
	at.HandleFunc("/v1/metadata", func(w http.ResponseWriter, r *http.Request) {
		a.answer(w, http.StatusOK, a.describeAgent(a.instance(r)))
	})
	at.HandleFunc("/v1/tasks", a.agentTasks)
	at.PathPrefix("/").HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		a.answer(w, http.StatusOK, struct{ AvailableCommands []string }{[]string{"/v1/metadata", "/v1/tasks"}})
	})
}

// instance is the container instance whose network the caller has, empty if it has one of its own.
func (a *api) instance(r *http.Request) string {
	for _, arn := range a.TasksAt(r.Context(), address(r)) {
		if t := a.Task(arn); t != nil && !t.Spec.HasInterface() {
			return t.Placement.ContainerInstance
		}
	}
	return ""
}

// instanceTasks are the tasks of a container instance, as their agent knows them.
func (a *api) instanceTasks(instance string) (tasks []*state.Task) {
	if instance == "" {
		return nil
	}
	for _, row := range state.InstanceTasks(a.Store.Read(), instance) {
		if t := a.Task(row.ARN); t != nil {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

func (a *api) describeAgent(instance string) agentMetadata {
	shown := agentMetadata{Cluster: arn.ClusterName(instance), ContainerInstanceArn: instance}
	if row := state.FindContainerInstance(a.Store.Read(), instance); row != nil {
		shown.Version = "Amazon ECS Agent - v" + aws.ToString(row.Version.AgentVersion) + " (" + aws.ToString(row.Version.AgentHash) + ")"
	}
	return shown
}

// agentTasks answers all tasks, or the one with an ARN or with a container. One that there is not is
// an empty task.
func (a *api) agentTasks(w http.ResponseWriter, r *http.Request) {
	tasks, asked := a.instanceTasks(a.instance(r)), r.URL.Query()
	id, taskARN := asked.Get("dockerid"), asked.Get("taskarn")
	if asked.Has("dockerid") && asked.Has("taskarn") {
		a.answer(w, http.StatusBadRequest, agentTask{})
		return
	}
	if !asked.Has("dockerid") && !asked.Has("taskarn") {
		all := agentTasks{Tasks: []agentTask{}}
		for _, t := range tasks {
			all.Tasks = append(all.Tasks, a.agentTask(r.Context(), t))
		}
		a.answer(w, http.StatusOK, all)
		return
	}
	for _, t := range tasks {
		if taskARN != "" && t.ARN == taskARN || id != "" && hasEngineID(t, id) {
			a.answer(w, http.StatusOK, a.agentTask(r.Context(), t))
			return
		}
	}
	a.answer(w, http.StatusNotFound, agentTask{})
}

// shortID is the length up to which an id is the beginning of one. Source: amazon-ecs-agent.
const shortID = 12

func hasEngineID(t *state.Task, id string) bool {
	for i := range t.Status.Containers {
		of := t.Status.Containers[i].EngineID
		if of == id || len(id) <= shortID && strings.HasPrefix(of, id) {
			return true
		}
	}
	return false
}

// agentTask shows a task without its network namespace, and its containers that are there.
func (a *api) agentTask(ctx context.Context, t *state.Task) agentTask {
	c := a.caller(t, "")
	shown := agentTask{
		Arn: t.ARN, DesiredStatus: t.DesiredStatus(), KnownStatus: agentStatus(t.Status.LastStatus),
		Family: t.Spec.FamilyName(), Version: strconv.Itoa(t.Spec.Revision), Containers: []agentContainer{},
	}
	if shown.KnownStatus == state.Stopped && shown.DesiredStatus != state.Stopped {
		shown.DesiredStatus = ""
	}
	for i := range t.Status.Containers {
		of := &t.Status.Containers[i]
		if of.EngineID == "" {
			continue
		}
		full := a.describe(ctx, &c, of)
		older := full.older()
		each := agentContainer{
			DockerID: older.DockerID, DockerName: older.DockerName, Name: older.Name, Image: older.Image, ImageID: older.ImageID,
			CreatedAt: older.CreatedAt, StartedAt: older.StartedAt, Ports: older.Ports, Volumes: older.Volumes, RestartCount: full.RestartCount,
		}
		if t.Spec.HasInterface() {
			each.Networks = older.Networks
		}
		shown.Containers = append(shown.Containers, each)
	}
	return shown
}

// agentStatus is the status of a task as the container agent tells it.
func agentStatus(status string) string {
	switch status {
	case state.Running, state.Stopped:
		return status
	case state.Deactivating, state.Stopping, state.Deprovisioning:
		return state.Running
	}
	return state.Pending
}
