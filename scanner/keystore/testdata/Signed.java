import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.jcajce.BCFKSLoadStoreParameter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

// Signed writes a BCFKS store that BouncyCastle signs in place of a MAC.
public class Signed {
    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        X509Certificate own = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(args[0] + "/cert.pem"));
        PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(new FileInputStream(args[0] + "/key.der").readAllBytes()));
        KeyStore store = KeyStore.getInstance("BCFKS", "BC");
        store.load(null, null);
        store.setCertificateEntry("own", own);
        FileOutputStream out = new FileOutputStream(args[0] + "/signed.bcfks");
        store.store(new BCFKSLoadStoreParameter.Builder(out, key)
            .withStoreSignatureAlgorithm(BCFKSLoadStoreParameter.SignatureAlgorithm.SHA512withRSA).withCertificates(new X509Certificate[] {own}).build());
        out.close();
    }
}
