package awsapi

import "github.com/ecs-emulator/ecs-emulator/internal/wire"

// CBOR is Smithy RPC v2 CBOR: POST to /service/<Service>/operation/<name>.
// Source: the Smithy specification.
type CBOR struct {
	// Service is the name in paths: "GraniteServiceVersion20100801".
	Service string
	// Codec reads inputs and writes outputs. Default wire.AsIs.
	Codec *wire.Codec
	// Errors says how errors are named.
	Errors ErrorNames
}

type cborProtocol struct {
	CBOR
	service string
}

func (c *cborProtocol) serverCode() string { return "InternalFailure" }
