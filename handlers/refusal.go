package handlers

import (
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// writer writes an error as the sender of r can read it, of any service.
func writer(r *http.Request) func(http.ResponseWriter, *awsapi.Error) {
	scope, _, _ := awsapi.ScopeOf(r)
	switch media := r.Header.Get("Content-Type"); {
	case scope.Service == "" && isRegistry(r.URL.Path):
		return writeRegistry
	case isForm(r):
		return writeXML
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		return writeCBOR
	case r.Header.Get("X-Amz-Target") != "", r.URL.Path == "/" && scope.Service != "s3":
		return writeJSON
	case scope.Service == "s3" && r.Header.Get("X-Amz-Account-Id") != "", slices.Contains(restXML, scope.Service):
		return writeXML
	case scope.Service == "s3", scope.Service == "" && !strings.Contains(media, "json"):
		return writeS3
	}
	return writeJSON
}

// restXML are the services, as signatures name them, that speak REST-XML and wrap errors.
// Source: the SDK's models.
var restXML = []string{"cloudfront", "route53"}

// writeJSON writes the error in the form of AWS JSON and, by the header, of REST-JSON.
func writeJSON(w http.ResponseWriter, refusal *awsapi.Error) {
	body, _ := json.Marshal(map[string]string{"__type": refusal.Code, "message": refusal.Message})
	w.Header().Set("X-Amzn-Errortype", refusal.Code)
	write(w, refusal, "application/x-amz-json-1.1", append(body, '\n'))
}

// xmlError is an error in AWS Query.
type xmlError struct{ Type, Code, Message string }

// writeXML writes the error in the form of AWS Query, and once more where EC2's dialect
// has it: which of them the client speaks is not always known.
func writeXML(w http.ResponseWriter, refusal *awsapi.Error) {
	e := xmlError{Type: "Sender", Code: refusal.Code, Message: refusal.Message}
	if refusal.Status >= http.StatusInternalServerError {
		e.Type = "Receiver"
	}
	body, _ := xml.Marshal(struct {
		XMLName xml.Name `xml:"ErrorResponse"`
		Query   xmlError `xml:"Error"`
		EC2     xmlError `xml:"Errors>Error"`
	}{Query: e, EC2: e})
	write(w, refusal, "text/xml", body)
}

// writeRegistry writes the error as an engine shows it, in the form of OCI's distribution API.
func writeRegistry(w http.ResponseWriter, refusal *awsapi.Error) {
	body, _ := json.Marshal(map[string]any{"errors": []map[string]string{{"code": "DENIED", "message": refusal.Message}}})
	write(w, refusal, "application/json; charset=utf-8", append(body, '\n'))
}

// writeS3 writes the error in the form of S3, which has nothing around it.
func writeS3(w http.ResponseWriter, refusal *awsapi.Error) {
	body, _ := xml.Marshal(struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
	}{Code: refusal.Code, Message: refusal.Message})
	write(w, refusal, "application/xml", body)
}

// writeCBOR writes the error in the form of Smithy RPC v2 CBOR: a map of two texts.
func writeCBOR(w http.ResponseWriter, refusal *awsapi.Error) {
	body := []byte{0xa2}
	for _, text := range []string{"__type", refusal.Code, "message", refusal.Message} {
		body = append(binary.BigEndian.AppendUint32(append(body, 0x7a), uint32(len(text))), text...)
	}
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	write(w, refusal, "application/cbor", body)
}

func write(w http.ResponseWriter, refusal *awsapi.Error, media string, body []byte) {
	w.Header().Set("Content-Type", media)
	w.WriteHeader(refusal.Status)
	_, _ = w.Write(body)
}
