package firelens

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Options of the log driver awsfirelens that are not the output plugin's.
const (
	optionInclude     = "include-pattern"
	optionExclude     = "exclude-pattern"
	optionBufferLimit = "log-driver-buffer-limit"
)

// forwardPort is the port of the log router for containers that send records by themselves.
const forwardPort = "24224"

// Task is what the configuration tells of a task.
type Task struct {
	ARN, Cluster string
	Definition   string // family:revision
	InstanceID   string // of the EC2 instance; empty is none
	OnFargate    bool
	NetworkMode  types.NetworkMode
}

// pipeline is what a configuration says, in any of the formats.
type pipeline struct {
	inputs           []plugin
	include, exclude []grep
	fields           map[string]string // that each record gets
	file             string            // with more configuration; empty is none
	outputs          []plugin
}

// plugin is an input or an output.
type plugin struct {
	name    string
	tag     string // of what comes in, or a pattern for what goes out
	options map[string]string
}

// grep is a filter of records by their line.
type grep struct{ tag, pattern string }

// dialect is how Fluent Bit and Fluentd differ, beside their syntax.
type dialect struct {
	socket, socketPath string // the input for the socket, and its option
	listen, port       string // options of the input for the port
	outputKey          string // the option with the name of the output plugin
	any                string // matches any text in a tag
}

var (
	fluentBit = dialect{"forward", "unix_path", "Listen", "Port", "Name", "*"}
	fluentd   = dialect{"unix", "path", "bind", "port", "@type", "**"}
)

func dialectOf(f *types.FirelensConfiguration) dialect {
	if f.Type == types.FirelensConfigurationTypeFluentd {
		return fluentd
	}
	return fluentBit
}

// newPipeline is the pipeline of a task's log router, which is one of its containers. Outputs are in the order of the
// containers; the agent has them in any order.
func newPipeline(t Task, containers []types.ContainerDefinition, router int, o routerOptions) (pipeline, error) {
	f := containers[router].FirelensConfiguration
	d := dialectOf(f)
	p := pipeline{file: o.includedFile(f)}
	p.addInputs(t, d, &containers[router])
	if o.metadata {
		p.fields = t.metadata()
	}
	for i := range containers {
		c := &containers[i]
		if !Uses(c) {
			continue
		}
		if err := p.addContainer(aws.ToString(c.Name), c.LogConfiguration.Options, d, f.Type); err != nil {
			return p, fmt.Errorf("unable to apply log options of container %s to firelens config: %w", aws.ToString(c.Name), err)
		}
	}
	return p, nil
}

// metadata are the fields of ECS that each record gets (FL-3, ECS0213).
func (t Task) metadata() map[string]string {
	fields := map[string]string{"ecs_cluster": t.Cluster, "ecs_task_arn": t.ARN, "ecs_task_definition": t.Definition}
	if t.InstanceID != "" {
		fields["ec2_instance_id"] = t.InstanceID
	}
	return fields
}

// addInputs adds the socket, and in networks of the task's own the port and what checks the health of Fluent Bit. Running
// Fargate tasks have that first (FL-1).
func (p *pipeline) addInputs(t Task, d dialect, router *types.ContainerDefinition) {
	socket := plugin{name: d.socket, options: map[string]string{d.socketPath: SocketFolder + SocketName}}
	if d == fluentBit {
		socket.options["Mem_Buf_Limit"] = bufferLimit(router)
	}
	at := map[types.NetworkMode]string{types.NetworkModeAwsvpc: "127.0.0.1", types.NetworkModeBridge: "0.0.0.0"}[t.NetworkMode]
	if at == "" {
		p.inputs = append(p.inputs, socket)
		return
	}
	port := plugin{name: "forward", options: map[string]string{d.listen: at, d.port: forwardPort}}
	if d == fluentd {
		p.inputs = append(p.inputs, socket, port)
		return
	}
	const tag = "firelens-healthcheck"
	health := plugin{"tcp", tag, map[string]string{d.listen: "127.0.0.1", d.port: "8877"}}
	if t.OnFargate {
		p.inputs = append(p.inputs, health, socket, port)
	} else {
		p.inputs = append(p.inputs, socket, port, health)
	}
	p.outputs = append(p.outputs, plugin{name: "null", tag: tag})
}

// bufferLimit bounds what Fluent Bit keeps in memory: half of the router's memory, the reservation before the limit (FL-2;
// amazon-ecs-agent, api/task: initializeFirelensResource).
func bufferLimit(router *types.ContainerDefinition) string {
	const usual = 25
	for _, mebibytes := range []*int32{router.MemoryReservation, router.Memory} {
		if m := aws.ToInt32(mebibytes); m > 0 {
			return strconv.Itoa(int(cmp.Or(m/2, usual))) + "MB"
		}
	}
	return strconv.Itoa(usual) + "MB"
}

// addContainer adds what becomes of the output of a container: filters, and the plugin that its options name. Without any
// option of a plugin there is none, and the file has it (FL-7).
func (p *pipeline) addContainer(name string, options map[string]string, d dialect, kind types.FirelensConfigurationType) error {
	out := plugin{tag: name + "-firelens" + d.any, options: map[string]string{}}
	for option, value := range options {
		switch option {
		case d.outputKey, optionBufferLimit:
		case optionInclude:
			p.include = append(p.include, grep{out.tag, value})
		case optionExclude:
			p.exclude = append(p.exclude, grep{out.tag, value})
		default:
			out.options[option] = value
		}
	}
	name, named := options[d.outputKey]
	switch {
	case !named && len(out.options) > 0:
		return fmt.Errorf("missing output key %s which is required for firelens configuration of type %s", d.outputKey, kind)
	case named:
		out.name = name
		p.outputs = append(p.outputs, out)
	}
	return nil
}
