package servicediscovery

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
)

// access is what the operations ask. Source: Service Authorization Reference, AWS Cloud Map. What a request names by
// something else than an id is not looked up: all namespaces and services are asked for, a choice (AC33).
func access() awsapi.Rows {
	const (
		namespace    = "namespace/{Id}"
		serviceByID  = "service/{Id}"
		service      = "service/{ServiceId}"
		of           = "namespace/{NamespaceId}"
		ofDNS        = "namespace/{DnsConfig.NamespaceId}"
		namespaceARN = "servicediscovery:NamespaceArn"
		tag          = "servicediscovery:TagResource on *"
	)
	create := awsapi.On("*").Tags("Tags").Also(tag)
	discover := awsapi.On("namespace/*", "service/*").Key("servicediscovery:NamespaceName", "{NamespaceName}").Key("servicediscovery:ServiceName", "{ServiceName}")
	rows := awsapi.Rows{
		"CreateHttpNamespace":       create,
		"CreatePrivateDnsNamespace": create,
		"CreatePublicDnsNamespace":  create,
		"DeleteNamespace":           awsapi.On(namespace),
		"GetNamespace":              awsapi.On(namespace),
		"UpdateHttpNamespace":       awsapi.On(namespace),
		"UpdatePrivateDnsNamespace": awsapi.On(namespace),
		"UpdatePublicDnsNamespace":  awsapi.On(namespace),

		"CreateService":           awsapi.On(of, ofDNS, "service/*").Tags("Tags").Also(tag).Key(namespaceARN, of).Key(namespaceARN, ofDNS),
		"DeleteService":           awsapi.On(serviceByID),
		"DeleteServiceAttributes": awsapi.On(service),
		"GetService":              awsapi.On(serviceByID),
		"GetServiceAttributes":    awsapi.On(service),
		"UpdateService":           awsapi.On(serviceByID),
		"UpdateServiceAttributes": awsapi.On(service),

		"DiscoverInstances":         discover,
		"DiscoverInstancesRevision": discover,
		"GetOperation":              awsapi.On("namespace/*"),

		"TagResource":   awsapi.On("*").Tags("Tags"),
		"UntagResource": awsapi.On("*").Tags("TagKeys"),
	}
	for _, name := range []string{
		"DeregisterInstance", "GetInstance", "GetInstancesHealthStatus", "ListInstances", "RegisterInstance", "UpdateInstanceCustomHealthStatus",
	} {
		rows[name] = awsapi.On(service).Key("servicediscovery:ServiceArn", service)
	}
	for _, name := range []string{"ListNamespaces", "ListOperations", "ListServices", "ListTagsForResource"} {
		rows[name] = awsapi.On("*")
	}
	return rows
}

// tagsByARN are the tags of a namespace or a service.
func (a *API) tagsByARN(resourceARN string) []tagging.Tag {
	tx := a.Store.Read()
	if n := servicediscovery.FindNamespace(tx, resourceARN); n != nil {
		return tagsOf(n.Tags)
	}
	if s := servicediscovery.FindService(tx, resourceARN); s != nil {
		return tagsOf(s.Tags)
	}
	return nil
}
