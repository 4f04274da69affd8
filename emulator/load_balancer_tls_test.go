package emulator_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// ownCertificate makes a certificate that signs itself, with its key.
func (w *world) ownCertificate(name string, serial int64) (certificate, key []byte) {
	w.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	w.must(err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	w.must(err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// shownAt is the certificate that a server shows to who asks for a name.
func shownAt(address, name string) []byte {
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: time.Minute}, "tcp", address, &tls.Config{ServerName: name, InsecureSkipVerify: true})
	if err != nil {
		return nil
	}
	defer conn.Close()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: conn.ConnectionState().PeerCertificates[0].Raw})
}

// A certificate that is imported again is shown by the listeners that have it.
func TestALoadBalancerShowsCertificates(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Engine: "sim"})
	plain, err := strconv.Atoi(freePort(t))
	w.must(err)
	b := w.withLoadBalancer(int32(plain))
	certificates := acm.NewFromConfig(w.srv.Config())
	first, key := w.ownCertificate("shop.example", 1)
	imported, err := certificates.ImportCertificate(t.Context(), &acm.ImportCertificateInput{Certificate: first, PrivateKey: key})
	w.must(err)
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	_, err = b.elb.CreateListener(t.Context(), &elb.CreateListenerInput{
		LoadBalancerArn: b.loadBalancer.LoadBalancerArn, Port: aws.Int32(int32(port)), Protocol: elbtypes.ProtocolEnumHttps,
		Certificates:   []elbtypes.Certificate{{CertificateArn: imported.CertificateArn}},
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &b.group}},
	})
	w.must(err)
	at := "127.0.0.1:" + strconv.Itoa(port)
	b.eventually("the certificate is shown", func() bool { return bytes.Equal(shownAt(at, "shop.example"), first) })
	second, key := w.ownCertificate("shop.example", 2)
	_, err = certificates.ImportCertificate(t.Context(), &acm.ImportCertificateInput{
		CertificateArn: imported.CertificateArn, Certificate: second, PrivateKey: key,
	})
	w.must(err)
	b.eventually("the certificate that was imported again is shown", func() bool { return bytes.Equal(shownAt(at, "shop.example"), second) })
}

// A listener speaks what its security policy says, and from the next connection on what
// another one says.
func TestALoadBalancerSpeaksItsSecurityPolicy(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Engine: "sim"})
	plain, err := strconv.Atoi(freePort(t))
	w.must(err)
	b := w.withLoadBalancer(int32(plain))
	certificate, key := w.ownCertificate("shop.example", 1)
	imported, err := acm.NewFromConfig(w.srv.Config()).ImportCertificate(t.Context(), &acm.ImportCertificateInput{Certificate: certificate, PrivateKey: key})
	w.must(err)
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	made, err := b.elb.CreateListener(t.Context(), &elb.CreateListenerInput{
		LoadBalancerArn: b.loadBalancer.LoadBalancerArn, Port: aws.Int32(int32(port)), Protocol: elbtypes.ProtocolEnumHttps,
		SslPolicy:      aws.String("ELBSecurityPolicy-TLS13-1-3-2021-06"),
		Certificates:   []elbtypes.Certificate{{CertificateArn: imported.CertificateArn}},
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &b.group}},
	})
	w.must(err)
	speaks := func(version uint16) bool {
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: time.Minute}, "tcp", "127.0.0.1:"+strconv.Itoa(port),
			&tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}
	b.eventually("it speaks TLS 1.3 alone", func() bool { return speaks(tls.VersionTLS13) && !speaks(tls.VersionTLS12) })
	_, err = b.elb.ModifyListener(t.Context(), &elb.ModifyListenerInput{
		ListenerArn: made.Listeners[0].ListenerArn, SslPolicy: aws.String("ELBSecurityPolicy-FS-1-2-Res-2020-10"),
	})
	w.must(err)
	b.eventually("it speaks TLS 1.2 alone", func() bool { return speaks(tls.VersionTLS12) && !speaks(tls.VersionTLS13) })
}
