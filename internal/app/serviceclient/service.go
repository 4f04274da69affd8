// Package serviceclient tells the emulator's own client how operations are called, by what services say of themselves:
//
//	operation := serviceclient.Of(service).Operation("CreateVpc")
//	client := apiclient.New(apiclient.Options{Services: serviceclient.Find(services)})
package serviceclient

import (
	"cmp"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
)

// Of is how the operations of a service are called: in its first protocol, of which there is no other one that only the
// server speaks.
func Of(s awsapi.Service) *apiclient.Service {
	each := apiclient.Operation{Service: s.ID, Signed: s.Name}
	of := &apiclient.Service{Each: each}
	switch p := s.Protocol.(type) {
	case awsapi.JSON:
		of.Each.Target, of.Each.JSON10, of.Each.Codec = p.TargetPrefix, p.Version == "1.0", cmp.Or(p.Codec, wire.LowerCamel).WithRules(nil) // rules are for inputs
	case awsapi.REST:
		of.Routes, of.Each.Codec = p.Routes, cmp.Or(p.Codec, wire.AsIs)
	case awsapi.Query:
		of.Each.Version, of.Each.Form = p.Version, cmp.Or(p.Codec, query.AWS)
	default:
		return nil // one whose first protocol is Smithy RPC v2 CBOR alone
	}
	return of
}

// Find is how services are called, by their names in signatures, for [apiclient.Options].
func Find(services []awsapi.Service) func(signed string) *apiclient.Service {
	byName := make(map[string]*apiclient.Service, len(services))
	for _, s := range services {
		byName[s.Name] = Of(s)
	}
	return func(signed string) *apiclient.Service { return byName[signed] }
}
